/**
 * What a DICOMweb or WADO-URI request asks for: which studies, which patients, or the whole archive.
 *
 * A request that two servers could read differently has the kind `other`, which is never permitted. Sources: DICOM
 * PS3.18 sections 8.3.4 (search parameters), 9 (WADO-URI), 10 (WADO-RS, QIDO-RS).
 */

import { isPlain } from './place.js';
import { decode } from './token.js';

/**
 * @typedef {object} Meaning
 * @property {'study' | 'patient' | 'open' | 'other'} kind it names all studies that it asks for; it searches by
 *   patient; it searches the archive; or none of these for certain
 * @property {readonly string[]} studies Study Instance UIDs
 * @property {readonly string[]} patients values of Patient ID that it searches for; `*` for a search by another
 *   attribute of the patient
 */

/**
 * @typedef {object} Scope what requests may ask for
 * @property {readonly string[]} studies Study Instance UIDs
 * @property {readonly string[]} patients values of Patient ID
 * @property {boolean} anyStudy permits every study
 * @property {boolean} anyPatient permits every patient
 * @property {boolean} open permits searches over the archive
 */

/** At most 64 digits and dots (DICOM PS3.5 section 9.1). */
export const UID = /^(?!.{65})[0-9]+(?:\.[0-9]+)*$/;

const SEARCHES = ['studies', 'series', 'instances'];
const METHODS = ['GET', 'HEAD'];
const STUDY_NAMES = ['StudyInstanceUID', '0020000D', '0020000d'];
const PATIENT_NAMES = ['PatientID', '00100020'];
const PLAIN_NAME = /^(?:[A-Za-z_][A-Za-z0-9_-]*|[0-9A-Fa-f]{8})$/;
// Compared without case, hyphens and underscores, because some servers may accept these spellings.
const ABOUT_STUDY = /^(?:studyinstanceuids?|studyuid|0020000d|requesttype)$/;
const ABOUT_PATIENT = /^(?:0010.{4}|(?:issuerof|other)?patient.*|mrn)$/;
const PRINTABLE = /^[!"$-:<-~]*$/;
// eslint-disable-next-line no-control-regex -- it finds control characters
const TWICE_ENCODED = /%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f]/;

/** @type {Meaning} */
const OTHER = Object.freeze({ kind: 'other', studies: [], patients: [] });

/**
 * Reads a request.
 *
 * @param {string} method as sent
 * @param {string} tail the raw path below the DICOMweb root, without its first slash
 * @param {string} query the raw query, without the `?`
 * @returns {Meaning}
 */
export function meaning(method, tail, query) {
  const pairs = pairsOf(query);
  if (!METHODS.includes(method) || !pairs || !isPlain(`/${tail}`)) {
    return OTHER;
  }
  return tail ? dicomweb(tail.replace(/\/$/, '').split('/').map(decodeURIComponent), pairs) : wadoUri(pairs);
}

/**
 * Whether a request stays within a scope.
 *
 * @param {Scope} scope
 * @param {Meaning} asked
 */
export function permits(scope, asked) {
  if (asked.kind === 'other') {
    return false;
  }
  if (asked.kind === 'open') {
    return scope.open;
  }
  return (
    (scope.anyStudy || asked.studies.every(uid => scope.studies.includes(uid))) &&
    (scope.anyPatient || asked.patients.every(id => scope.patients.includes(id)))
  );
}

/**
 * @param {string[]} steps
 * @param {[name: string, value: string][]} pairs
 * @returns {Meaning}
 */
function dicomweb(steps, pairs) {
  if (!SEARCHES.includes(steps[0]) || (steps.length > 1 && steps[0] !== 'studies')) {
    return OTHER;
  }
  const studies = new Set(steps.slice(1, 2));
  const patients = new Set();
  for (const [name, value] of pairs) {
    if (STUDY_NAMES.includes(name)) {
      value.split(/[,\\]/).forEach(uid => studies.add(uid));
    } else if (PATIENT_NAMES.includes(name)) {
      patients.add(value);
    } else if (ABOUT_STUDY.test(folded(name))) {
      return OTHER;
    } else if (ABOUT_PATIENT.test(folded(name))) {
      patients.add('*');
    }
  }
  if (![...studies].every(uid => UID.test(uid)) || patients.has('')) {
    return OTHER;
  }
  const kind = studies.size ? 'study' : patients.size ? 'patient' : 'open';
  return { kind, studies: [...studies], patients: [...patients] };
}

/**
 * @param {[name: string, value: string][]} pairs
 * @returns {Meaning}
 */
function wadoUri(pairs) {
  const all = (/** @type {string} */ wanted) => pairs.filter(([name]) => name === wanted).map(([, value]) => value);
  const [types, studies, objects] = ['requestType', 'studyUID', 'objectUID'].map(all);
  const ambiguous = pairs.some(
    ([name]) =>
      (ABOUT_STUDY.test(folded(name)) && name !== 'studyUID' && name !== 'requestType') ||
      ABOUT_PATIENT.test(folded(name))
  );
  const complete = types.join() === 'WADO' && studies.length === 1 && objects.length === 1;
  if (!complete || ambiguous || ![...studies, ...objects].every(uid => UID.test(uid))) {
    return OTHER;
  }
  return { kind: 'study', studies, patients: [] };
}

/**
 * The decoded parameters. Servers differ: for some `;` separates parameters, for some `+` is a space, and some decode a
 * value twice.
 *
 * @param {string} query
 * @returns {[name: string, value: string][] | undefined} undefined if two servers could read them differently
 */
function pairsOf(query) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const piece of query.split('&').filter(Boolean)) {
    const [name, ...rest] = piece.split('=');
    const raw = rest.join('=');
    const value = decode(raw);
    if (value === undefined || !PLAIN_NAME.test(name) || !PRINTABLE.test(raw) || TWICE_ENCODED.test(value)) {
      return undefined;
    }
    if (raw.includes('+') && PATIENT_NAMES.includes(name)) {
      return undefined;
    }
    pairs.push([name, value]);
  }
  return pairs;
}

/** @param {string} name */
function folded(name) {
  return name.replace(/[-_]/g, '').toLowerCase();
}
