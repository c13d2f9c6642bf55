/** Wraps OHIF's own DICOMweb data source: what it asks for stays within the link. */

/** @typedef {import('../types/ohif.js').DataSource} DataSource */
/** @typedef {import('../types/ohif.js').StudyRow} StudyRow */
/** @typedef {import('../types/ohif.js').StudyQuery} StudyQuery */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * A copy of the release's data source with three methods replaced. Whatever else the release has, also what later
 * releases add, stays as it is, synchronous where it was: OHIF puts what `retrieve.directURL` returns straight into
 * metadata, and a promise there makes the series vanish.
 *
 * @param {DataSource} inner
 * @param {EarlyApi} api
 * @returns {DataSource}
 */
export function confine(inner, api) {
  const search = createSearch(query => inner.query.studies.search(query), api);
  const studies = copy(inner.query.studies, { search });
  return copy(inner, {
    query: copy(inner.query, { studies }),
    getStudyInstanceUIDs(/** @type {Parameters<DataSource['getStudyInstanceUIDs']>[0]} */ args) {
      const { status, studies: linked } = api.sync();
      // Without studies OHIF's mode waits and asks for nothing; the message is up.
      if (status !== 'ready') {
        return [];
      }
      // OHIF knows two spellings of the parameter's name, the link any.
      return linked.length ? [...linked] : inner.getStudyInstanceUIDs(args);
    },
  });
}

/**
 * @param {(query: StudyQuery) => Promise<StudyRow[]>} ask the release's own search
 * @param {EarlyApi} api
 * @returns {(query?: StudyQuery) => Promise<StudyRow[]>}
 */
export function createSearch(ask, api) {
  const { priors, studyList } = api.settings;
  /** The link's studies as the archive described them. @type {Map<string, StudyRow>} */
  const known = new Map();

  return async (query = {}) => {
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
  };

  /**
   * @param {StudyQuery} query
   * @param {string[]} wanted
   */
  async function pinned(query, wanted) {
    const linked = wanted.filter(uid => api.link().studies.includes(uid));
    // Without priors and work list there is no reason to look for a study that the link does not name.
    if (linked.length < wanted.length && priors === 'never' && !studyList) {
      return [];
    }
    /** @type {StudyRow[]} */
    let rows = [];
    /** @type {import('../types/early.js').Reason} */
    let reason = 'not-found';
    try {
      rows = await ask(query);
    } catch (error) {
      // Where the archive refused, the guard has seen it and its message is graver than this one.
      reason = /** @type {{status?: number}} */ (error)?.status === 404 ? 'not-found' : 'unreachable';
    }
    for (const row of rows) {
      if (linked.includes(row.studyInstanceUid)) {
        known.set(row.studyInstanceUid, row);
      }
    }
    if (rows.length || linked.length === 0) {
      return rows;
    }
    api.report(reason);
    // Told that a study is missing, OHIF leaves for /notfoundstudy and with it the link, so that a reload would have
    // nothing to try again with. It is left waiting instead; the message is up.
    return new Promise(() => {});
  }

  /** @param {string} patientId */
  async function ofPatient(patientId) {
    const linked = [...known.values()].filter(row => row.mrn === patientId);
    // `*` and `?` would match other patients, `\` separates several values (PS3.4 C.2.2.2): never sent.
    // eslint-disable-next-line no-control-regex -- nor control characters
    if (priors !== 'exact' || /[*?\\\x00-\x1f]/.test(patientId)) {
      return linked;
    }
    try {
      const rows = await ask({ patientId, disableWildcard: true });
      const same = rows.filter(row => row.mrn === patientId);
      const missing = linked.filter(row => !same.some(other => other.studyInstanceUid === row.studyInstanceUid));
      return [...same, ...missing];
    } catch {
      return linked; // a token for one study may well be refused this query
    }
  }
}

/**
 * @template {object} T
 * @param {T} original
 * @param {Partial<T>} changes
 * @returns {T}
 */
function copy(original, changes) {
  const made = Object.create(Object.getPrototypeOf(original), Object.getOwnPropertyDescriptors(original));
  return Object.assign(made, changes);
}
