/** The settings that the build writes into the page. */

/** @typedef {import('../../types/early.js').Settings} Settings */

/** @type {Settings} */
export const DEFAULTS = Object.freeze({
  tokenParam: 'token',
  tokenHeader: 'token',
  tokenScheme: '',
  roots: Object.freeze(['/dicom-web']),
  priors: 'never',
  storage: 'tab',
  studyList: false,
  publicUrl: '/',
  connect: Object.freeze([]),
  dicomJson: '',
  contact: '',
});

/**
 * Reads the settings from `<script type="application/json" id="ohifbuild-settings">`, else from
 * `window.config.ohifbuild` (in a viewer that ohifbuild did not build), else uses the defaults. It ignores unreadable
 * and unknown values, so a damaged page is never less strict than the defaults.
 *
 * @param {Window} window
 * @returns {Settings}
 */
export function readSettings(window) {
  const written = parse(window.document.getElementById('ohifbuild-settings')?.textContent) ?? window.config?.ohifbuild;
  /** @type {Record<string, any>} */
  const given = isObject(written) ? written : {};
  return Object.freeze({
    tokenParam: text(given.tokenParam) || DEFAULTS.tokenParam,
    tokenHeader: text(given.tokenHeader) || DEFAULTS.tokenHeader,
    tokenScheme: text(given.tokenScheme),
    roots: list(given.roots) ?? DEFAULTS.roots,
    priors: given.priors === 'exact' || given.priors === 'ohif' ? given.priors : 'never',
    storage: given.storage === 'memory' ? 'memory' : 'tab',
    studyList: given.studyList === true,
    publicUrl: text(given.publicUrl) || DEFAULTS.publicUrl,
    connect: list(given.connect) ?? DEFAULTS.connect,
    dicomJson: text(given.dicomJson),
    contact: text(given.contact),
  });
}

/** @param {string | null | undefined} json */
function parse(json) {
  try {
    return json ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {readonly string[] | undefined}
 */
function list(value) {
  return Array.isArray(value) ? Object.freeze(value.filter(item => typeof item === 'string')) : undefined;
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function text(value) {
  return typeof value === 'string' ? value : '';
}
