/** Which requests OHIF begins with, from the templates that the build has written into the settings. */

/** @typedef {import('../../types/early.js').Template} Template */

/** A link with more studies is opened without asking ahead. */
const MOST_STUDIES = 3;
const NAME = /\{(study|series|instance|frame)\}/g;

/**
 * The templates for a link. OHIF's other routes, and links with further parameters, begin otherwise.
 *
 * @param {import('../../types/early.js').Settings} settings
 * @param {import('../../types/early.js').LinkState} link
 * @param {Location} address
 * @returns {readonly Template[] | undefined} undefined if it is not known what OHIF asks
 */
export function planOf(settings, link, address) {
  const { studies, source } = link;
  const plan = settings.startup.find(each => each.source === source);
  if (!plan || !isOrdinary(settings, link, address) || !studies.length || studies.length > MOST_STUDIES) {
    return undefined;
  }
  return studies.length > 1 ? plan.several : plan.one;
}

/**
 * Whether OHIF opens a link in its ordinary way: at its first route, and without further parameters.
 *
 * @param {import('../../types/early.js').Settings} settings
 * @param {import('../../types/early.js').LinkState} link
 * @param {Location} address
 */
export function isOrdinary({ publicUrl }, { url, source }, { pathname, search }) {
  const route = pathname.slice(publicUrl.length).replace(/\/$/, '');
  const names = [...new URLSearchParams(search).keys()];
  const isViewer = pathname.startsWith(publicUrl) && (route === 'viewer' || route === `viewer/${source}`);
  return isViewer && url === undefined && names.every(name => name === 'StudyInstanceUIDs' || name === 'lng');
}

/**
 * What a request is about.
 *
 * @param {Template} template
 * @returns {'study' | 'series' | 'instance'}
 */
export function levelOf({ url }) {
  return url.includes('{instance}') ? 'instance' : url.includes('{series}') ? 'series' : 'study';
}

/**
 * The URL of a template with its values.
 *
 * @param {string} template
 * @param {Record<string, string>} values by name
 * @returns {string | undefined} undefined if a value is no UID or number, which an archive may have written
 */
export function fill(template, values) {
  const wanted = [...template.matchAll(NAME)].map(([, name]) => values[name] ?? '');
  return wanted.every(value => /^[0-9.]+$/.test(value)) ? template.replace(NAME, (_, name) => values[name]) : undefined;
}
