/** Links of the `dicom-json` form, as Orthanc's OHIF plugin makes them: `viewer?url=../studies/ID/ohif-dicom-json`. */

import { copy } from './data-source.js';

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * A copy of the release's data source for a JSON file, which the link's `url` names. The file describes its studies
 * whole, so there is nothing to search for; what it names is asked for with the token only where that lies under the roots.
 *
 * @param {DataSource} inner
 * @param {EarlyApi} api
 * @returns {DataSource}
 */
export function confineJson(inner, api) {
  /** @param {Parameters<DataSource['initialize']>[0]} args */
  async function initialize(args) {
    const { status, url = '' } = api.sync();
    if (status !== 'ready') {
      return; // the message is up
    }
    // Whoever writes the file says what the viewer shows: a link must not be able to bring one along.
    if (!api.guards(url)) {
      api.report('not-found');
      return;
    }
    try {
      await inner.initialize(args);
    } catch {
      api.report('not-found'); // no JSON, or not of this kind; a refusal has its own message, which stays
    }
  }

  /** @type {DataSource['getStudyInstanceUIDs']} */
  function getStudyInstanceUIDs(args) {
    // What the release makes of nothing is `[undefined]`, and an empty page.
    return (inner.getStudyInstanceUIDs(args) ?? []).filter(Boolean);
  }

  return copy(inner, { initialize, getStudyInstanceUIDs });
}
