/** Guards fetch: requests under the roots go through the transport, all others go without the token. */

/**
 * Replaces `window.fetch`.
 *
 * @param {Window & typeof globalThis} window
 * @param {ReturnType<typeof import('./token-scope.js').createTokenScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {ReturnType<typeof import('./transport.js').createTransport>['send']} send
 */
export function guardFetch(window, scope, credential, send) {
  const { fetch } = window;

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async function guardedFetch(input, init) {
    // Read once: an object whose toString changes would be checked as one URL and sent to another.
    const target = input instanceof window.Request ? input : String(input);
    const url = typeof target === 'string' ? target : target.url;
    if (!scope.decide('GET', url)) {
      const headers = new window.Headers(init?.headers ?? (typeof target === 'string' ? [] : target.headers));
      const filtered = credential.filtered(headers, false);
      return filtered
        ? fetch.call(window, new window.Request(target, { ...init, headers: filtered }))
        : fetch.call(window, target, init);
    }
    const absolute = typeof target === 'string' ? new URL(target, window.document.baseURI).href : target;
    const request = new window.Request(absolute, init);
    const decision = /** @type {import('./token-scope.js').Decision} */ (scope.decide(request.method, request.url));
    return send(request, decision);
  }

  window.fetch = guardedFetch;
}
