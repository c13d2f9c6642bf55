/** The header that has the token, and the headers of the page's own code that must not have it. */

/**
 * @typedef {object} Credential
 * @property {string} name the configured header's name
 * @property {() => string | undefined} value the header's value; undefined if there is no token
 * @property {(name: string, value: string, underRoots: boolean) => boolean} mustRemove whether a header that the page's
 *   own code sets must not stay on its request; `underRoots`: whether the request's URL is under the roots
 * @property {(headers: Headers, underRoots: boolean) => Headers | undefined} filtered the headers without those;
 *   undefined if there are none to remove
 */

/**
 * Creates the credential of one page.
 *
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 * @param {() => string | undefined} token
 * @returns {Credential}
 */
export function createCredential(window, settings, token) {
  const tokenHeader = settings.tokenHeader.toLowerCase();
  const scheme = settings.tokenScheme ? `${settings.tokenScheme} ` : '';
  const { Headers } = window;

  /** @type {Credential['mustRemove']} */
  function mustRemove(name, value, underRoots) {
    const current = token();
    const hasToken = current !== undefined && (value.trim() === current || value.trim().endsWith(` ${current}`));
    if (hasToken) {
      return true; // for instance OHIF's own `Authorization: Bearer TOKEN`
    }
    // Under the roots only the guard sets the token's header. Elsewhere a header named `token` is meant for the
    // archive, but `Authorization` may be meant for another server.
    return name.toLowerCase() === tokenHeader && (underRoots || tokenHeader !== 'authorization');
  }

  return {
    name: settings.tokenHeader,
    value() {
      const current = token();
      return current === undefined ? undefined : scheme + current;
    },
    mustRemove,
    filtered(headers, underRoots) {
      const all = [...headers];
      const remaining = all.filter(([name, value]) => !mustRemove(name, value, underRoots));
      return remaining.length === all.length ? undefined : new Headers(remaining);
    },
  };
}
