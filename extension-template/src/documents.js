/** Limits what OHIF shows in a frame or plays to harmless types and addresses, for every data source. */

import { harmless } from './early/media-types.js';

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/ohif.js').DirectUrlParameters} DirectUrlParameters */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * Wraps a data source's `retrieve.directURL`.
 *
 * OHIF shows an encapsulated document from memory with the media type that the instance names, and follows any
 * `DirectRetrieveURL` in its metadata. A document of type text/html would run its scripts in the viewer's origin, with
 * access to the token. So the type must be harmless, and the URL must be the archive's or an object URL of this page.
 *
 * @param {(params: DirectUrlParameters) => unknown} directURL the release's own; returns a URL, or a promise of one
 * @param {EarlyApi} api
 * @returns {(params: DirectUrlParameters) => unknown}
 */
export function confineDocuments(directURL, api) {
  /** @param {unknown} url */
  function allowed(url) {
    const text = String(url ?? '');
    return api.guards(text) || text.startsWith('blob:') ? url : undefined;
  }

  return params => {
    const { instance = {}, tag = 'PixelData', defaultType = 'video/mp4' } = params;
    const value = /** @type {Record<string, {DirectRetrieveURL?: unknown} | undefined>} */ (instance)[tag];
    if (value?.DirectRetrieveURL !== undefined && allowed(value.DirectRetrieveURL) === undefined) {
      delete value.DirectRetrieveURL;
    }
    const isDocument = tag === 'EncapsulatedDocument';
    const type = isDocument ? 'application/pdf' : (harmless(defaultType) ?? 'application/octet-stream');
    const url = directURL({ ...params, defaultType: type });
    return url instanceof Promise ? url.then(allowed) : allowed(url);
  };
}
