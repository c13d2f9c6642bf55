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
  sourceName: 'dicomweb',
  access: 'token',
  further: Object.freeze([]),
  branding: Object.freeze({ name: '', logo: '', colours: Object.freeze({}) }),
  contact: '',
  startup: Object.freeze([]),
  previewImage: true,
  mediaStreaming: false,
  touchLayout: true,
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
    sourceName: text(given.sourceName) || DEFAULTS.sourceName,
    access: accessOf(given.access),
    further: each(given.further, furtherSource),
    branding: brandingOf(given.branding),
    contact: text(given.contact),
    startup: each(given.startup, startupOf),
    previewImage: given.previewImage !== false,
    mediaStreaming: given.mediaStreaming === true,
    touchLayout: given.touchLayout !== false,
    startupFiles: startupFilesOf(given.startupFiles),
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
 * @param {any} value
 * @returns {import('../../types/early.js').Source[]} empty if it has no name or no roots
 */
function furtherSource(value) {
  const [name, roots] = [text(value?.name), list(value?.roots) ?? []];
  const tokenHeader = text(value?.tokenHeader) || DEFAULTS.tokenHeader;
  const source = { name, roots, tokenHeader, tokenScheme: text(value?.tokenScheme), access: accessOf(value?.access) };
  return name && roots.length ? [Object.freeze(source)] : [];
}

/**
 * @param {any} value
 * @returns {import('../../types/early.js').StartupPlan}
 */
function startupOf(value) {
  const [one, several] = [each(value?.one, templateOf), each(value?.several, templateOf)];
  return Object.freeze({ source: text(value?.source), one, several });
}

/**
 * @param {any} value
 * @returns {import('../../types/early.js').Template}
 */
function templateOf(value) {
  return Object.freeze({ url: text(value?.url), headers: Object.freeze({ Accept: text(value?.accept) }) });
}

/**
 * @param {unknown} value
 * @returns {import('../../types/early.js').Access}
 */
function accessOf(value) {
  return value === 'session' || value === 'token-and-session' ? value : 'token';
}

/**
 * @param {any} value
 * @returns {import('../../types/early.js').StartupFiles | undefined} undefined if the build has joined no files
 */
function startupFilesOf(value) {
  const queue = text(value?.queue);
  return queue
    ? Object.freeze({
        queue,
        chunks: list(value.chunks) ?? [],
        styled: list(value.styled) ?? [],
        later: text(value.later),
      })
    : undefined;
}

/** @param {any} value */
function brandingOf(value) {
  const colours = Object.entries(isObject(value?.colours) ? value.colours : {}).filter(
    ([name, colour]) => /^[a-z-]+$/.test(name) && /^[\d.]+ [\d.]+% [\d.]+%$/.test(String(colour))
  );
  return Object.freeze({
    name: text(value?.name),
    logo: text(value?.logo),
    colours: Object.freeze(/** @type {Record<string, string>} */ (Object.fromEntries(colours))),
  });
}

/**
 * @template T
 * @param {unknown} value
 * @param {(item: any) => T | readonly T[]} read
 * @returns {readonly T[]} empty if it is no list
 */
function each(value, read) {
  return Object.freeze(/** @type {T[]} */ (Array.isArray(value) ? value.flatMap(read) : []));
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
