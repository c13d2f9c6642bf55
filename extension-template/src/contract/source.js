/** The archives of the viewer: which of them an address names, and where its token may go. */

/** @typedef {import('../../types/early.js').Settings} Settings */
/** @typedef {import('../../types/early.js').Source} Source */

/**
 * All archives; the default one is the first.
 *
 * @param {Settings} settings
 * @returns {readonly Source[]}
 */
export function sourcesOf(settings) {
  const { sourceName: name, roots, tokenHeader, tokenScheme, access, further } = settings;
  return [{ name, roots, tokenHeader, tokenScheme, access }, ...further];
}

/**
 * The roots of all archives.
 *
 * @param {Settings} settings
 * @returns {readonly string[]}
 */
export function allRoots(settings) {
  return [...new Set(sourcesOf(settings).flatMap(({ roots }) => roots))];
}

/**
 * The archive that an address names. OHIF's routes are `/MODE` for the default one and `/MODE/NAME` for each, in any
 * letter case; its study list reads `?datasources=NAME`.
 *
 * @param {Settings} settings
 * @param {URL | Location} address
 * @returns {Source | undefined} undefined if it names one that the viewer does not have
 */
export function sourceOf(settings, { pathname, search }) {
  const sources = sourcesOf(settings);
  const base = settings.publicUrl.toLowerCase();
  const path = decoded(pathname).toLowerCase();
  const [mode, ...rest] = (path.startsWith(base) ? path.slice(base.length) : '').split('/').filter(Boolean);
  const names = mode === undefined ? listNames(search) : rest;
  const [name = sources[0].name] = names;
  return names.every(other => other === name) ? sources.find(source => source.name === name) : undefined;
}

/** @param {string} search */
function listNames(search) {
  return [...new URLSearchParams(search)].flatMap(([name, value]) =>
    name.toLowerCase() === 'datasources' && value ? [value] : []
  );
}

/** @param {string} path */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
