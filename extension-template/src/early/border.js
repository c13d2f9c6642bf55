/**
 * Lets the page connect to its own origin and to the roots, and to nobody else.
 *
 * This is what holds where scripts cannot look: XMLHttpRequest follows redirects by itself, and a custom header goes along
 * to any origin that asks for it by CORS. A policy is checked at each step of a redirect, before anything is sent.
 *
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 */
export function closeBorder(window, settings) {
  const { document, location } = window;
  const origins = [...settings.roots, ...settings.connect].flatMap(place => originOf(place, location.origin));
  const others = [...new Set(origins)].filter(origin => origin !== location.origin);
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = ["connect-src 'self' blob: data:", ...others].join(' ');
  document.head.append(policy);
}

/**
 * @param {string} place path or absolute URL
 * @param {string} base
 * @returns {string[]} its origin, none where it has no http(s) one
 */
function originOf(place, base) {
  try {
    const { origin, protocol } = new URL(place, base);
    return protocol === 'http:' || protocol === 'https:' ? [origin] : [];
  } catch {
    return [];
  }
}

/**
 * Lets the page load and connect to nothing at all.
 *
 * @param {Window} window
 */
export function closePage(window) {
  const policy = window.document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  window.document.head.append(policy);
}
