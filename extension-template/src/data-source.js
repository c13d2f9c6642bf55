/** Wraps OHIF's own DICOMweb data source: what it asks for stays within the link. */

import { confineDocuments } from './documents.js';
import { createSearch } from './search.js';

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/** A picture of one transparent point. Without any, OHIF would decode the object itself as an image. */
const NO_PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

/**
 * A copy of the release's data source with four methods replaced. Whatever else the release has, also what later
 * releases add, stays as it is, synchronous where it was: OHIF puts what `retrieve.directURL` returns straight into
 * metadata, and a promise there makes the series vanish.
 *
 * @param {DataSource} inner
 * @param {EarlyApi} api
 * @returns {DataSource}
 */
export function confine(inner, api) {
  const { search, lookUp } = createSearch(query => inner.query.studies.search(query), api);
  /** Studies of a link for several that turned out not to open. @type {Set<string>} */
  const closed = new Set();

  /** @param {Parameters<DataSource['initialize']>[0]} args */
  async function initialize(args) {
    await inner.initialize(args);
    const { status, studies } = api.sync();
    closed.clear();
    // One study of several that is refused or missing would bring down OHIF's layout of the others. So they are looked up
    // first; the answers serve for what OHIF asks next, no request is added. A single study does not wait for that.
    if (status === 'ready' && studies.length > 1) {
      const found = await Promise.all(studies.map(lookUp));
      studies.filter((_, index) => !found[index]).forEach(uid => closed.add(uid));
    }
  }

  /** @type {DataSource['getStudyInstanceUIDs']} */
  function getStudyInstanceUIDs() {
    const { status, studies } = api.sync();
    if (status === 'ready' && studies.length === 0) {
      api.report('not-found');
    }
    // Without studies OHIF's mode waits and asks for nothing; the message is up. OHIF knows two spellings of the
    // parameter's name, the link any.
    return status === 'ready' ? studies.filter(uid => !closed.has(uid)) : [];
  }

  const documents = confineDocuments(params => inner.retrieve.directURL(params), api);

  /**
   * OHIF up to 3.10 asks the archive for the thumbnail of a video or a document (WADO-RS `/thumbnail`, for a tag that is
   * absent on purpose), although `thumbnailRendering` says that it has none: Orthanc refuses, and OHIF asks twice.
   *
   * @type {DataSource['retrieve']['directURL']}
   */
  function directURL(params) {
    if (params.tag === 'Absent' && params.defaultPath === '/thumbnail' && !hasThumbnails()) {
      return NO_PICTURE;
    }
    return documents(params);
  }

  function hasThumbnails() {
    return !['wadors', undefined].includes(inner.getConfig?.().thumbnailRendering);
  }

  return copy(inner, {
    initialize,
    getStudyInstanceUIDs,
    query: copy(inner.query, { studies: copy(inner.query.studies, { search }) }),
    retrieve: copy(inner.retrieve, { directURL }),
  });
}

/**
 * The original with some of its members replaced; whatever else it has, stays.
 *
 * @template {object} T
 * @param {T} original
 * @param {Partial<T>} changes
 * @returns {T}
 */
export function copy(original, changes) {
  const made = Object.create(Object.getPrototypeOf(original), Object.getOwnPropertyDescriptors(original));
  return Object.assign(made, changes);
}
