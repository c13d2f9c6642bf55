/** Sends every request under the roots, whichever API the page used. */

/**
 * Creates the transport of one page.
 *
 * @param {Window & typeof globalThis} window before its fetch is guarded
 * @param {ReturnType<typeof import('./token-scope.js').createTokenScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {(response: import('../../types/early.js').ArchiveResponse) => void} onResponse
 * @returns {(request: Request, decision: import('./token-scope.js').Decision) => Promise<Response>} rejected as fetch
 *   rejects if nothing was sent
 */
export function createTransport(window, scope, credential, onResponse) {
  const { fetch } = window;

  return send;

  /**
   * @param {Request} request
   * @param {import('./token-scope.js').Decision} decision
   */
  async function send(request, decision) {
    const ready = credential.ready();
    if (!ready || !decision.permitted) {
      if (ready) {
        onResponse({ url: request.url, status: 0, challenge: '', outside: true });
      }
      throw new TypeError('Failed to fetch');
    }
    const headers = credential.filtered(request.headers, true) ?? new window.Headers(request.headers);
    Object.entries(credential.headers()).forEach(([name, value]) => headers.set(name, value));
    // A redirect would take the header to any server that the response names. Responses stay out of the disk cache.
    /** @type {RequestInit} */
    const changes = { headers, redirect: 'error', cache: 'no-store', credentials: credential.mode() };
    // `no-cors` would silently drop the header. The archive has this page's origin, or must allow CORS in any case.
    if (request.mode === 'no-cors') {
      changes.mode = 'cors';
    }
    const response = await fetchAndReport(new window.Request(request, changes));
    await scope.learn(decision, response);
    return response;
  }

  /** @param {Request} request */
  async function fetchAndReport(request) {
    try {
      const response = await fetch.call(window, request);
      const challenge = response.headers.get('WWW-Authenticate') ?? '';
      onResponse({ url: request.url, status: response.status, challenge });
      return response;
    } catch (error) {
      if (!request.signal.aborted) {
        onResponse({ url: request.url, status: 0, challenge: '' });
      }
      throw error;
    }
  }
}
