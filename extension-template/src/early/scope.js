/**
 * The last exit: what may be asked under the roots, whatever OHIF, a mode or an extension wanted.
 *
 * A request has to name a study of the link. With priors `exact` it may also search for the Patient ID that the archive gave
 * for the link's studies, and name the studies that this search found. For a link to a JSON file it may be that file, or what
 * the file names under the roots.
 */

import { meaning, permits } from '../contract/request.js';

/** @typedef {import('../contract/request.js').Meaning} Meaning */

/**
 * @typedef {object} Verdict
 * @property {string} url absolute
 * @property {Meaning} asked
 * @property {boolean} permitted
 */

const JSON_TYPE = /^application\/(?:dicom\+)?json\s*(?:;|$)/i;
/** Prefixes that tell OHIF which image loader to use. */
const LOADER = /^(?:dicomweb|wadouri|dicomfile):/;

/**
 * @param {import('../../types/early.js').Settings} settings
 * @param {(url: string) => import('../contract/place.js').Place | undefined} locate
 * @param {() => import('../../types/early.js').LinkState} link
 */
export function createScope(settings, locate, link) {
  /** What the archive told of the link in effect. */
  let known = { of: '', patients: new Set(), studies: new Set(), urls: new Set() };

  function current() {
    const { studies, url = '' } = link();
    const of = url || studies.join();
    if (known.of !== of) {
      known = { of, patients: new Set(), studies: new Set(), urls: new Set() };
    }
    return known;
  }

  /**
   * @param {string} method
   * @param {string} text
   * @returns {Verdict | undefined} undefined where the URL lies under no root
   */
  function judge(method, text) {
    const place = locate(text);
    if (!place) {
      return undefined;
    }
    const { url, tail } = place;
    url.hash = '';
    const asked = meaning(method, tail, url.search.slice(1));
    const named = method === 'GET' && (isFile(url.href) || current().urls.has(url.href));
    return { url: url.href, asked, permitted: named || permits(limits(), asked) };
  }

  /** @returns {import('../contract/request.js').Scope} */
  function limits() {
    const { studies } = link();
    const { studies: found, patients } = current();
    const all = settings.studyList;
    const anyone = all || settings.priors === 'ohif';
    return {
      studies: [...studies, ...found],
      patients: [...patients],
      anyStudy: anyone,
      anyPatient: anyone,
      open: all,
    };
  }

  /** @param {string} href */
  function isFile(href) {
    const place = link().url;
    return place !== undefined && locate(place)?.url.href === href;
  }

  /**
   * Learns from an answer what may be asked next.
   *
   * @param {Verdict} verdict
   * @param {Response} response
   * @returns {Promise<void>} rejected where the answer must not be handed on
   */
  async function learn({ url, asked }, response) {
    if (!response.ok) {
      return;
    }
    if (isFile(url)) {
      // Bytes that anyone could have uploaded come under another type: they describe no studies.
      if (!JSON_TYPE.test(response.headers.get('Content-Type') ?? '')) {
        throw new TypeError('Failed to fetch');
      }
      const file = await response.clone().json();
      const named = urlsOf(file).map(text => locate(text.replace(LOADER, '')));
      const own = studiesOf(file);
      if (!named.every(place => place && mayBeNamed(place, own))) {
        throw new TypeError('Failed to fetch');
      }
      named.forEach(place => place && current().urls.add(withoutHash(place.url)));
    } else if (settings.priors === 'exact' && /\/studies$/.test(new URL(url).pathname)) {
      rememberRows(
        asked,
        await response
          .clone()
          .json()
          .catch(() => [])
      );
    }
  }

  /**
   * Whether a JSON file may name a URL: under the DICOMweb root only what belongs to the studies that the file describes.
   *
   * @param {import('../contract/place.js').Place} place
   * @param {string[]} own
   */
  function mayBeNamed({ url, tail, root }, own) {
    const asked = meaning('GET', tail, url.search.slice(1));
    const described = permits({ studies: own, patients: [], anyStudy: false, anyPatient: false, open: false }, asked);
    return described || (asked.kind === 'other' && root !== settings.roots[0]);
  }

  /**
   * @param {Meaning} asked
   * @param {unknown} rows of QIDO-RS, in DICOM JSON (PS3.18 annex F)
   */
  function rememberRows(asked, rows) {
    const { patients, studies } = current();
    for (const row of Array.isArray(rows) ? rows : []) {
      const study = row?.['0020000D']?.Value?.[0];
      const patient = row?.['00100020']?.Value?.[0];
      if (typeof study !== 'string' || typeof patient !== 'string') {
        continue;
      }
      if (asked.kind === 'study' && link().studies.includes(study) && !/[*?\\]/.test(patient)) {
        patients.add(patient);
      } else if (asked.kind === 'patient' && patients.has(patient)) {
        studies.add(study);
      }
    }
  }

  return { judge, learn };
}

/** @param {URL} url */
function withoutHash(url) {
  url.hash = '';
  return url.href;
}

/**
 * The studies that a JSON file of OHIF's data source `dicomjson` describes.
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
 * Every URL that a JSON file of OHIF's data source `dicomjson` names.
 *
 * @param {unknown} file
 * @returns {string[]}
 */
function urlsOf(file) {
  /** @type {string[]} */
  const found = [];
  const open = [file];
  while (open.length) {
    const item = open.pop();
    for (const [name, value] of typeof item === 'object' && item !== null ? Object.entries(item) : []) {
      if (typeof value === 'string' && /^(?:url|bulkdatauri|directretrieveurl)$/i.test(name)) {
        found.push(value);
      } else {
        open.push(value);
      }
    }
  }
  return found;
}
