/** Documents and inline data: what OHIF shows in a frame or plays, made harmless on one path for every data source. */

import { harmless } from './early/media-types.js';

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/ohif.js').DirectUrlParameters} DirectUrlParameters */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * OHIF shows an encapsulated document from memory, as whatever media type the instance itself names, and follows any
 * `DirectRetrieveURL` that stands in its metadata. A document that calls itself text/html would run its scripts in the viewer's
 * origin, next to the token. So the type is one that cannot, and the URL is one of the archive's or of this page's own making.
 *
 * @param {(params: DirectUrlParameters) => unknown} directURL the release's own: a URL, or a promise of one
 * @param {EarlyApi} api
 * @returns {(params: DirectUrlParameters) => unknown}
 */
export function confineDocuments(directURL, api) {
  /** @param {unknown} url */
  function kept(url) {
    const text = String(url ?? '');
    return api.guards(text) || text.startsWith('blob:') ? url : undefined;
  }

  return params => {
    const { instance = {}, tag = 'PixelData', defaultType = 'video/mp4' } = params;
    const value = /** @type {Record<string, {DirectRetrieveURL?: unknown} | undefined>} */ (instance)[tag];
    if (value?.DirectRetrieveURL !== undefined && kept(value.DirectRetrieveURL) === undefined) {
      delete value.DirectRetrieveURL;
    }
    const document = tag === 'EncapsulatedDocument';
    const type = document ? 'application/pdf' : (harmless(defaultType) ?? 'application/octet-stream');
    const url = directURL({ ...params, defaultType: type });
    return url instanceof Promise ? url.then(kept) : kept(url);
  };
}
