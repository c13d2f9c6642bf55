/** Confines OHIF's own DICOMweb data source to the link's studies. */

import { confineDocuments } from './documents.js';
import { createSearch, wasRefused } from './search.js';
import { describeStudy } from './study-row.js';

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/** An image of one transparent pixel. Without a thumbnail OHIF would decode the instance itself as an image. */
const EMPTY_IMAGE = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

/**
 * A copy of the release's data source with four methods replaced.
 *
 * All other members stay as they are, also those that later releases add, and synchronous methods stay synchronous:
 * OHIF puts what `retrieve.directURL` returns into metadata at once, and does not show a series with a promise there.
 *
 * @param {DataSource} inner
 * @param {EarlyApi} api
 * @returns {DataSource}
 */
export function confine(inner, api) {
  const root = () => inner.getConfig?.().qidoRoot ?? api.settings.roots[0];
  const { search, exists } = createSearch(
    query => inner.query.studies.search(query),
    uid => describeStudy(root(), uid),
    api
  );
  /** Studies of a link with several that cannot be opened. @type {Set<string>} */
  const unavailable = new Set();

  /** @param {Parameters<DataSource['initialize']>[0]} args */
  async function initialize(args) {
    await inner.initialize(args);
    const { status, studies } = api.sync();
    unavailable.clear();
    // One study that does not open would break OHIF's layout of the others. So several studies are looked up first. The
    // results also answer OHIF's next searches. A single study does not wait for it.
    if (status === 'ready' && studies.length > 1) {
      const found = await Promise.all(
        studies.map(async uid => (await Promise.all([exists(uid), opens(uid)])).every(Boolean))
      );
      studies.filter((_, index) => !found[index]).forEach(uid => unavailable.add(uid));
    }
  }

  /**
   * Whether the archive lists series of a study. If not, the early script or this shows a message.
   *
   * @param {string} uid
   */
  async function opens(uid) {
    try {
      const series = await inner.query.series?.search(uid);
      return !Array.isArray(series) || series.length > 0;
    } catch (error) {
      return !wasRefused(error);
    }
  }

  /** @type {DataSource['getStudyInstanceUIDs']} */
  function getStudyInstanceUIDs() {
    const { status, studies } = api.sync();
    if (status === 'ready' && studies.length === 0) {
      api.report('not-found');
    }
    // Without studies OHIF's mode waits and requests nothing, and a message is shown. OHIF itself accepts only two
    // spellings of the parameter's name, a link any.
    return status === 'ready' ? studies.filter(uid => !unavailable.has(uid)) : [];
  }

  const documents = confineDocuments(params => inner.retrieve.directURL(params), api);

  /**
   * OHIF up to 3.10 requests the thumbnail of a video or a document (WADO-RS `/thumbnail`, for a tag that is absent on
   * purpose) even if `thumbnailRendering` says that the archive has none. Orthanc refuses, and OHIF requests it twice.
   *
   * @type {DataSource['retrieve']['directURL']}
   */
  function directURL(params) {
    if (params.tag === 'Absent' && params.defaultPath === '/thumbnail' && !hasThumbnails()) {
      return EMPTY_IMAGE;
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
 * A copy of an object with some of its members replaced.
 *
 * @template {object} T
 * @param {T} original
 * @param {Partial<T>} changes
 * @returns {T}
 */
export function copy(original, changes) {
  const result = Object.create(Object.getPrototypeOf(original), Object.getOwnPropertyDescriptors(original));
  return Object.assign(result, changes);
}
