/** The search for studies: which searches of OHIF reach the archive, and which are answered from known results. */

/** @typedef {import('../types/ohif.js').StudyRow} StudyRow */
/** @typedef {import('../types/ohif.js').StudyQuery} StudyQuery */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/** For this time a repeated search gets the result of the first. */
const REUSE_MS = 10_000;

/**
 * Wraps the release's search for studies.
 *
 * @param {(query: StudyQuery) => Promise<StudyRow[]>} searchArchive the release's own search
 * @param {(uid: string) => Promise<StudyRow[]>} describe our own search for one study
 * @param {EarlyApi} api
 */
export function createSearch(searchArchive, describe, api) {
  const { priors, studyList } = api.settings;
  /** The link's studies as the archive described them. @type {Map<string, StudyRow>} */
  const known = new Map();
  /** Recent searches. @type {Map<string, {at: number, rows: Promise<StudyRow[]>}>} */
  const recent = new Map();

  /** @param {StudyQuery} [query] */
  async function search(query = {}) {
    const uids = [query.studyInstanceUid ?? []].flat();
    if (uids.length) {
      return searchByStudy(query, uids);
    }
    if (query.patientId && priors === 'ohif') {
      return searchArchive(query);
    }
    // The study panel searches for one patient with disableWildcard; the study list's filter searches without.
    if (query.patientId && !(studyList && !query.disableWildcard)) {
      return searchByPatient(String(query.patientId));
    }
    return studyList ? searchArchive(query) : [];
  }

  /**
   * @param {StudyQuery} query
   * @param {string[]} uids
   * @returns {Promise<StudyRow[]>}
   */
  async function searchByStudy(query, uids) {
    const linked = uids.filter(isLinked);
    // Without priors and study list there is no reason to search for a study that the link does not name.
    if (linked.length < uids.length && priors === 'never' && !studyList) {
      return [];
    }
    if (linked.length === 0) {
      return searchArchive(query);
    }
    const rows = await searchOnce(uids.join(), () => searchLinked(query, uids));
    // If a study is missing, OHIF goes to /notfoundstudy, which drops the link, so a reload could not open it. So OHIF
    // gets no result, and keeps waiting while the message shows.
    return rows.length ? rows : new Promise(() => {});
  }

  /**
   * Repeated searches are common: `exists` looks up the link's studies before OHIF does, OHIF since 3.13 also checks
   * them when it opens the route, and it searches for priors once for each study of the same patient.
   *
   * @param {string} key what the search is for
   * @param {() => Promise<StudyRow[]>} run
   * @returns {Promise<StudyRow[]>}
   */
  function searchOnce(key, run) {
    const last = recent.get(key);
    if (last && Date.now() - last.at < REUSE_MS) {
      return last.rows;
    }
    const rows = run();
    recent.set(key, { at: Date.now(), rows });
    return rows;
  }

  /**
   * Searches for studies of the link, and shows a message if there are none.
   *
   * @param {StudyQuery} query
   * @param {string[]} uids of the studies
   * @returns {Promise<StudyRow[]>} empty if there was an error
   */
  async function searchLinked(query, uids) {
    /** @type {StudyRow[]} */
    let rows;
    try {
      rows = (await searchArchive(query)) ?? [];
    } catch (error) {
      if (wasRefused(error)) {
        return []; // the early script has seen the response, and shows the message
      }
      rows = (await Promise.all(uids.map(uid => describe(uid).catch(() => [])))).flat();
    }
    for (const row of rows.filter(({ studyInstanceUid }) => isLinked(studyInstanceUid))) {
      known.set(row.studyInstanceUid, row);
    }
    if (rows.length === 0) {
      uids.forEach(uid => api.report('not-found', uid));
    }
    return rows;
  }

  /** @param {string} patientId */
  async function searchByPatient(patientId) {
    const linked = [...known.values()].filter(row => isLinked(row.studyInstanceUid) && row.mrn === patientId);
    // `*` and `?` would match other patients, `\` separates several values (PS3.4 C.2.2.2): never sent.
    // eslint-disable-next-line no-control-regex -- control characters are never sent either
    if (priors !== 'exact' || /[*?\\\x00-\x1f]/.test(patientId)) {
      return linked;
    }
    try {
      const query = { patientId, disableWildcard: true };
      const rows = await searchOnce(`patient ${patientId}`, () => searchArchive(query));
      const same = rows.filter(row => row.mrn === patientId);
      const missing = linked.filter(row => !same.some(other => other.studyInstanceUid === row.studyInstanceUid));
      return [...same, ...missing];
    } catch {
      return linked; // an archive may refuse this search with a token for one study
    }
  }

  /** @param {string} uid */
  function isLinked(uid) {
    return api.link().studies.includes(uid);
  }

  /**
   * Whether the archive has a study of the link and permits it to this token.
   *
   * @param {string} uid
   * @returns {Promise<boolean>}
   */
  async function exists(uid) {
    const rows = await searchOnce(uid, () => searchLinked({ studyInstanceUid: uid }, [uid]));
    return rows.length > 0;
  }

  return { search, exists };
}

/**
 * Whether an error is about the archive's response: then it has the status, 0 if there was no response (dicomweb-client).
 * Any other error comes from the release's own processing.
 *
 * @param {unknown} error
 */
export function wasRefused(error) {
  return typeof (/** @type {{status?: unknown} | undefined} */ (error)?.status) === 'number';
}
