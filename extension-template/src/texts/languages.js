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
