/** Confines OHIF's data source for JSON files to the file of the link (`viewer?url=…`, as Orthanc's OHIF plugin does). */

import { copy } from './data-source.js';
import { confineDocuments } from './documents.js';

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * A copy of the release's data source that opens the link's JSON file only.
 *
 * The early script has checked the file, and permits requests for it and for the URLs that it names.
 *
 * @param {DataSource} inner
 * @param {EarlyApi} api
 * @returns {DataSource}
 */
export function confineJson(inner, api) {
  /** The query from which OHIF reads the file's address. */
  function linkQuery() {
    return new URLSearchParams({ url: api.link().url ?? '' });
  }

  /** @param {Parameters<DataSource['initialize']>[0]} args */
  async function initialize(args) {
    if (api.sync().status !== 'ready') {
      return; // a message is shown already
    }
    try {
      await inner.initialize({ ...args, query: linkQuery() });
    } catch {
      api.report('not-found'); // not a JSON file of this kind; a refusal has its own message, which stays
    }
  }

  /** @type {DataSource['getStudyInstanceUIDs']} */
  function getStudyInstanceUIDs(args) {
    // Without a file the release returns `[undefined]`, and shows an empty page.
    return (inner.getStudyInstanceUIDs({ ...args, query: linkQuery() }) ?? []).filter(Boolean);
  }

  const directURL = confineDocuments(params => inner.retrieve.directURL(params), api);
  return copy(inner, { initialize, getStudyInstanceUIDs, retrieve: copy(inner.retrieve, { directURL }) });
}
