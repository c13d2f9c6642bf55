/** Guards fetch: what lies under the roots goes through the transport, everything else goes without the token. */

/**
 * @param {Window & typeof globalThis} window
 * @param {ReturnType<typeof import('./scope.js').createScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {ReturnType<typeof import('./transport.js').createTransport>} send
 */
export function guardFetch(window, scope, credential, send) {
  const { fetch } = window;

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async function guardedFetch(input, init) {
    // Read once: an object whose toString changes would be judged by one URL and sent to another.
    const target = input instanceof window.Request ? input : String(input);
    const url = typeof target === 'string' ? target : target.url;
    if (!scope.judge('GET', url)) {
      const given = new window.Headers(init?.headers ?? (typeof target === 'string' ? [] : target.headers));
      const kept = credential.cleaned(given, false);
      return kept
        ? fetch.call(window, new window.Request(target, { ...init, headers: kept }))
        : fetch.call(window, target, init);
    }
    const absolute = typeof target === 'string' ? new URL(target, window.document.baseURI).href : target;
    const request = new window.Request(absolute, init);
    const verdict = /** @type {import('./scope.js').Verdict} */ (scope.judge(request.method, request.url));
    return send(request, verdict);
  }

  window.fetch = guardedFetch;
}
