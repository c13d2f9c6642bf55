/** The languages that the user prefers, in the order in which OHIF looks for its own (i18next). */

/**
 * `?lng=` of the address, then what OHIF remembers, then the browser's languages.
 *
 * @param {Window} window
 * @returns {string[]} language tags, best first
 */
export function preferredLanguages(window) {
  const { location, navigator } = window;
  return [
    new URLSearchParams(location.search).get('lng'),
    remembered(() => /(?:^|; )i18next=([^;]+)/.exec(window.document.cookie)?.[1]),
    remembered(() => window.localStorage.getItem('i18nextLng')),
    ...(navigator.languages ?? []),
  ].filter(tag => typeof tag === 'string');
}

/**
 * The first of the languages that there are texts in; else English.
 *
 * @param {readonly string[]} languages tags, best first
 * @param {Readonly<Record<string, unknown>>} texts by language
 * @returns {string}
 */
export function firstOf(languages, texts) {
  return languages.map(tag => tag.toLowerCase().split('-')[0]).find(tag => Object.hasOwn(texts, tag)) ?? 'en';
}

/**
 * @param {() => string | null | undefined} read
 * @returns {string | null | undefined} undefined if storage is off
 */
function remembered(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
