/** Links of the `dicom-json` form, as Orthanc's OHIF plugin makes them: `viewer?url=../studies/ID/ohif-dicom-json`. */

import { copy } from './data-source.js';
import { confineDocuments } from './documents.js';

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * A copy of the release's data source for a JSON file. The early script has judged which file the link names, and lets the page
 * ask for this file and for what it names; here OHIF is told of no other.
 *
 * @param {DataSource} inner
 * @param {EarlyApi} api
 * @returns {DataSource}
 */
export function confineJson(inner, api) {
  /** OHIF reads the file's address from the query that it is given. */
  function judged() {
    return new URLSearchParams({ url: api.link().url ?? '' });
  }

  /** @param {Parameters<DataSource['initialize']>[0]} args */
  async function initialize(args) {
    if (api.sync().status !== 'ready') {
      return; // the message is up
    }
    try {
      await inner.initialize({ ...args, query: judged() });
    } catch {
      api.report('not-found'); // no JSON, or not of this kind; a refusal has its own message, which stays
    }
  }

  /** @type {DataSource['getStudyInstanceUIDs']} */
  function getStudyInstanceUIDs(args) {
    // What the release makes of nothing is `[undefined]`, and an empty page.
    return (inner.getStudyInstanceUIDs({ ...args, query: judged() }) ?? []).filter(Boolean);
  }

  const directURL = confineDocuments(params => inner.retrieve.directURL(params), api);
  return copy(inner, { initialize, getStudyInstanceUIDs, retrieve: copy(inner.retrieve, { directURL }) });
}
