/** The header that carries the token, and what counts as carrying it elsewhere. */

/**
 * @typedef {object} Credential
 * @property {string} name the configured header's name
 * @property {() => string | undefined} value the header's value, undefined while there is no token
 * @property {(name: string, value: string, guarded: boolean) => boolean} unwanted whether a header that the page's own
 *   code sets must not stay on its request; `guarded` where the request lies under the roots
 * @property {(headers: Headers, guarded: boolean) => Headers | undefined} cleaned the headers without unwanted ones, if
 *   there are any
 */

/**
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 * @param {() => string | undefined} token
 * @returns {Credential}
 */
export function createCredential(window, settings, token) {
  const ours = settings.tokenHeader.toLowerCase();
  const scheme = settings.tokenScheme ? `${settings.tokenScheme} ` : '';
  const { Headers } = window;

  /** @type {Credential['unwanted']} */
  function unwanted(name, value, guarded) {
    const current = token();
    const repeats = current !== undefined && (value.trim() === current || value.trim().endsWith(` ${current}`));
    if (repeats) {
      return true; // for instance OHIF's own `Authorization: Bearer TOKEN`
    }
    // Under the roots our header is ours alone. Elsewhere a header named `token` can only be meant for the archive,
    // while `Authorization` may well be somebody else's business with another server.
    return name.toLowerCase() === ours && (guarded || ours !== 'authorization');
  }

  return {
    name: settings.tokenHeader,
    value() {
      const current = token();
      return current === undefined ? undefined : scheme + current;
    },
    unwanted,
    cleaned(headers, guarded) {
      const given = [...headers];
      const kept = given.filter(([name, value]) => !unwanted(name, value, guarded));
      return kept.length === given.length ? undefined : new Headers(kept);
    },
  };
}
