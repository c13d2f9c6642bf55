/**
 * Decides which requests under the roots may be sent with the token, whatever OHIF, a mode or an extension asks for.
 *
 * A request must be for the archive that the link names, and must name a study of the link. With `priors: "exact"` it
 * may also search for the Patient ID that the archive returned for the link's studies, and name the studies that this
 * search found. If the link names a JSON file, a request may be for that file, or for a URL under the roots that the
 * file names.
 */

import { meaning, permits } from '../contract/request.js';
import { sourcesOf } from '../contract/source.js';

/** @typedef {import('../contract/request.js').Meaning} Meaning */
/** @typedef {import('../contract/place.js').Place} Place */

/**
 * @typedef {object} Learned a link, and what the archive's responses have added to its scope
 * @property {string} key
 * @property {import('../../types/early.js').LinkState} link
 * @property {import('../../types/early.js').Source} [source] the archive of the link: its token goes to no other one
 * @property {Set<string>} patients
 * @property {Set<string>} studies
 * @property {Set<string>} urls
 */

/**
 * @typedef {object} Decision
 * @property {string} url absolute
 * @property {Meaning} asked
 * @property {boolean} permitted
 * @property {Learned} scope of the link at the time of the request; the page may have another one when a response comes
 */

const JSON_TYPE = /^application\/(?:dicom\+)?json\s*(?:;|$)/i;
/** Prefixes that tell OHIF which image loader to use. */
const IMAGE_LOADER = /^(?:dicomweb|wadouri|dicomfile):/;

/**
 * Creates the scope of one page's token.
 *
 * @param {import('../../types/early.js').Settings} settings
 * @param {(url: string) => Place | undefined} locate
 * @param {() => import('../../types/early.js').LinkState} link
 */
export function createTokenScope(settings, locate, link) {
  const sources = sourcesOf(settings);
  /** @type {Learned | undefined} */
  let learned;

  function current() {
    const state = link();
    const { studies, url = '', source: name = sources[0].name } = state;
    const key = `${name} ${url || studies.join()}`;
    if (learned?.key !== key) {
      const source = sources.find(other => other.name === name);
      learned = { key, link: state, source, patients: new Set(), studies: new Set(), urls: new Set() };
    }
    return learned;
  }

  /**
   * @param {string} method
   * @param {string} text
   * @returns {Decision | undefined} undefined if the URL is not under a root
   */
  function decide(method, text) {
    const place = locate(text);
    if (!place) {
      return undefined;
    }
    const { url, tail, root } = place;
    url.hash = '';
    const asked = meaning(method, tail, url.search.slice(1));
    const scope = current();
    const ours = scope.source?.roots.includes(root) ?? false;
    const named = method === 'GET' && (isFile(url.href, scope) || scope.urls.has(url.href));
    return { url: url.href, asked, permitted: ours && (named || permits(limits(scope), asked)), scope };
  }

  /**
   * @param {Learned} scope
   * @returns {import('../contract/request.js').Scope}
   */
  function limits({ link: { studies: own }, studies, patients }) {
    const all = settings.studyList;
    const anyone = all || settings.priors === 'ohif';
    return {
      studies: [...own, ...studies],
      patients: [...patients],
      anyStudy: anyone,
      anyPatient: anyone,
      open: all,
    };
  }

  /**
   * @param {string} href
   * @param {Learned} scope
   */
  function isFile(href, { link: { url: file } }) {
    return file !== undefined && locate(file)?.url.href === href;
  }

  /**
   * Adds to the scope what a response permits.
   *
   * @param {Decision} decision
   * @param {Response} response
   * @returns {Promise<void>} rejected if the caller must not get the response
   */
  async function learn({ url, asked, scope }, response) {
    if (!response.ok) {
      return;
    }
    if (isFile(url, scope)) {
      learnFile(scope, await jsonFileOf(response));
    } else if (settings.priors === 'exact' && /\/studies$/.test(new URL(url).pathname)) {
      learnRows(scope, asked, await rowsOf(response));
    }
  }

  /**
   * @param {Learned} scope
   * @param {unknown} file
   */
  function learnFile(scope, file) {
    const described = studiesOf(file);
    const places = urlsOf(file).map(text => locate(text.replace(IMAGE_LOADER, '')));
    if (!places.every(place => place && mayBeNamed(scope, place, described))) {
      throw new TypeError('Failed to fetch');
    }
    places.forEach(place => place && scope.urls.add(withoutHash(place.url)));
  }

  /**
   * Whether a JSON file may name a URL: under the DICOMweb root only URLs of the studies that the file describes.
   *
   * @param {Learned} scope
   * @param {Place} place
   * @param {string[]} described Study Instance UIDs
   */
  function mayBeNamed({ source }, { url, tail, root }, described) {
    const asked = meaning('GET', tail, url.search.slice(1));
    const scope = { studies: described, patients: [], anyStudy: false, anyPatient: false, open: false };
    return permits(scope, asked) || (asked.kind === 'other' && root !== source?.roots[0]);
  }

  /**
   * @param {Learned} scope
   * @param {Meaning} asked
   * @param {{study: string, patient: string}[]} rows
   */
  function learnRows({ link: { studies: own }, patients, studies }, asked, rows) {
    for (const { study, patient } of rows) {
      if (asked.kind === 'study' && own.includes(study) && !/[*?\\]/.test(patient)) {
        patients.add(patient);
      } else if (asked.kind === 'patient' && patients.has(patient)) {
        studies.add(study);
      }
    }
  }

  return {
    decide,
    learn,
    /**
     * Whether the page still has the link for which a request was decided.
     *
     * @param {Decision} decision
     */
    isCurrent: decision => decision.scope === current(),
    /**
     * Whether a URL is that of the link's JSON file.
     *
     * @param {string} href
     */
    isFile: href => isFile(href, current()),
  };
}

/** @param {URL} url */
function withoutHash(url) {
  url.hash = '';
  return url.href;
}

/**
 * @param {Response} response
 * @returns {Promise<unknown>}
 */
async function jsonFileOf(response) {
  // A file that anyone could have uploaded comes with another type, and must not describe studies.
  if (!JSON_TYPE.test(response.headers.get('Content-Type') ?? '')) {
    throw new TypeError('Failed to fetch');
  }
  return response.clone().json();
}

/**
 * The rows of a QIDO-RS search that have both a Study Instance UID and a Patient ID.
 *
 * @param {Response} response in DICOM JSON (PS3.18 annex F)
 * @returns {Promise<{study: string, patient: string}[]>} empty if the body is not such a list
 */
async function rowsOf(response) {
  /** @type {unknown} */
  let rows;
  try {
    rows = await response.clone().json();
  } catch {
    return [];
  }
  return (Array.isArray(rows) ? rows : [])
    .map(row => ({ study: row?.['0020000D']?.Value?.[0], patient: row?.['00100020']?.Value?.[0] }))
    .filter(({ study, patient }) => typeof study === 'string' && typeof patient === 'string');
}

/**
 * The studies that a JSON file for OHIF's data source `dicomjson` describes.
 *
 * @param {any} file
 * @returns {string[]}
 */
function studiesOf(file) {
  const studies = Array.isArray(file?.studies) ? file.studies : [];
  return studies.flatMap((/** @type {any} */ study) =>
    typeof study?.StudyInstanceUID === 'string' ? study.StudyInstanceUID : []
  );
}

/**
 * Every URL that a JSON file for OHIF's data source `dicomjson` names.
 *
 * @param {unknown} file
 * @returns {string[]}
 */
function urlsOf(file) {
  /** @type {string[]} */
  const found = [];
  const pending = [file];
  while (pending.length) {
    const item = pending.pop();
    for (const [name, value] of typeof item === 'object' && item !== null ? Object.entries(item) : []) {
      if (typeof value === 'string' && /^(?:url|bulkdatauri|directretrieveurl)$/i.test(name)) {
        found.push(value);
      } else {
        pending.push(value);
      }
    }
  }
  return found;
}
