/** The header that has the token, and the headers of the page's own code that must not have it. */

import { sourcesOf } from '../contract/source.js';

/**
 * @typedef {object} Credential
 * @property {() => boolean} ready whether requests to the link's archive may be sent now
 * @property {() => Record<string, string>} headers the header that has the token; empty if the archive takes none
 * @property {() => RequestCredentials} mode whether requests carry the browser's cookies and sign-in. Without them a
 *   `401 WWW-Authenticate: Basic` opens no dialog of the browser, behind which a request would wait.
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
 * @param {Pick<ReturnType<typeof import('./link-state.js').createLinkState>, 'state' | 'token' | 'source'>} link
 * @returns {Credential}
 */
export function createCredential(window, settings, { state, token, source }) {
  const names = sourcesOf(settings).map(({ tokenHeader }) => tokenHeader.toLowerCase());
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
    const lower = name.toLowerCase();
    return names.includes(lower) && (underRoots || lower !== 'authorization');
  }

  return {
    ready: () => state().status === 'ready' && source() !== undefined,
    headers() {
      const [current, to] = [token(), source()];
      return current === undefined || !to
        ? {}
        : { [to.tokenHeader]: to.tokenScheme ? `${to.tokenScheme} ${current}` : current };
    },
    mode: () => ((source()?.access ?? 'token') === 'token' ? 'omit' : 'include'),
    mustRemove,
    filtered(headers, underRoots) {
      const all = [...headers];
      const remaining = all.filter(([name, value]) => !mustRemove(name, value, underRoots));
      return remaining.length === all.length ? undefined : new Headers(remaining);
    },
  };
}
