/** The search for studies: which of OHIF's questions reach the archive, and which are answered from what is known. */

/** @typedef {import('../types/ohif.js').StudyRow} StudyRow */
/** @typedef {import('../types/ohif.js').StudyQuery} StudyQuery */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/** For so long the same question gets the same answer. */
const SAME_QUESTION_MS = 10_000;

/**
 * @param {(query: StudyQuery) => Promise<StudyRow[]>} ask the release's own search
 * @param {EarlyApi} api
 */
export function createSearch(ask, api) {
  const { priors, studyList } = api.settings;
  /** The link's studies as the archive described them. @type {Map<string, StudyRow>} */
  const known = new Map();
  /** What was asked lately. @type {Map<string, {at: number, rows: Promise<StudyRow[]>}>} */
  const recent = new Map();

  /** @param {StudyQuery} [query] */
  async function search(query = {}) {
    const wanted = [query.studyInstanceUid ?? []].flat();
    if (wanted.length) {
      return pinned(query, wanted);
    }
    if (query.patientId && priors === 'ohif') {
      return ask(query);
    }
    // The study panel asks for one patient with disableWildcard; the work list's filter asks without.
    if (query.patientId && !(studyList && !query.disableWildcard)) {
      return ofPatient(String(query.patientId));
    }
    return studyList ? ask(query) : [];
  }

  /**
   * @param {StudyQuery} query
   * @param {string[]} wanted
   * @returns {Promise<StudyRow[]>}
   */
  async function pinned(query, wanted) {
    const linked = wanted.filter(isLinked);
    // Without priors and work list there is no reason to look for a study that the link does not name.
    if (linked.length < wanted.length && priors === 'never' && !studyList) {
      return [];
    }
    if (linked.length === 0) {
      return ask(query);
    }
    const rows = await askOnce(wanted.join(), () => askLinked(query));
    // Told that a study is missing, OHIF leaves for /notfoundstudy and with it the link, so that a reload would have
    // nothing to try again with. It is left waiting instead; the message is up.
    return rows.length ? rows : new Promise(() => {});
  }

  /**
   * The link's studies are looked up before OHIF asks (see `lookUp`); since 3.13 OHIF also checks them when it opens
   * the route, and then asks for the same again. Priors it asks for once for each study of the same patient.
   *
   * @param {string} key what is asked for
   * @param {() => Promise<StudyRow[]>} inquire
   * @returns {Promise<StudyRow[]>}
   */
  function askOnce(key, inquire) {
    const last = recent.get(key);
    if (last && Date.now() - last.at < SAME_QUESTION_MS) {
      return last.rows;
    }
    const rows = inquire();
    recent.set(key, { at: Date.now(), rows });
    return rows;
  }

  /**
   * Asks for studies of the link; what goes wrong is told to the reader.
   *
   * @param {StudyQuery} query
   * @returns {Promise<StudyRow[]>} empty where something went wrong
   */
  async function askLinked(query) {
    /** @type {StudyRow[]} */
    let rows = [];
    /** @type {import('../types/early.js').Reason} */
    let reason = 'not-found';
    try {
      rows = (await ask(query)) ?? [];
    } catch (error) {
      // Where the archive refused, the guard has seen it and its message is graver than this one.
      reason = /** @type {{status?: number}} */ (error)?.status === 404 ? 'not-found' : 'unreachable';
    }
    for (const row of rows.filter(row => isLinked(row.studyInstanceUid))) {
      known.set(row.studyInstanceUid, row);
    }
    if (rows.length === 0) {
      api.report(reason);
    }
    return rows;
  }

  /** @param {string} patientId */
  async function ofPatient(patientId) {
    const linked = [...known.values()].filter(row => isLinked(row.studyInstanceUid) && row.mrn === patientId);
    // `*` and `?` would match other patients, `\` separates several values (PS3.4 C.2.2.2): never sent.
    // eslint-disable-next-line no-control-regex -- nor control characters
    if (priors !== 'exact' || /[*?\\\x00-\x1f]/.test(patientId)) {
      return linked;
    }
    try {
      const rows = await askOnce(`patient ${patientId}`, () => ask({ patientId, disableWildcard: true }));
      const same = rows.filter(row => row.mrn === patientId);
      const missing = linked.filter(row => !same.some(other => other.studyInstanceUid === row.studyInstanceUid));
      return [...same, ...missing];
    } catch {
      return linked; // a token for one study may well be refused this query
    }
  }

  /** @param {string} uid */
  function isLinked(uid) {
    return api.link().studies.includes(uid);
  }

  /**
   * Asks for a study of the link before OHIF does.
   *
   * @param {string} uid
   * @returns {Promise<boolean>} whether the archive has it for us
   */
  async function lookUp(uid) {
    const rows = await askOnce(uid, () => askLinked({ studyInstanceUid: uid }));
    return rows.length > 0;
  }

  return { search, lookUp };
}
