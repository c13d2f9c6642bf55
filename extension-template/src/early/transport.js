/** Carries out every request under the roots, whoever asked for it and how. */

/**
 * @param {Window & typeof globalThis} window before its fetch is guarded
 * @param {ReturnType<typeof import('./scope.js').createScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {(answer: import('../../types/early.js').Answer) => void} tell
 * @returns {(request: Request, verdict: import('./scope.js').Verdict) => Promise<Response>} rejected as fetch rejects where
 *   nothing was sent
 */
export function createTransport(window, scope, credential, tell) {
  const { fetch } = window;

  return send;

  /**
   * @param {Request} request
   * @param {import('./scope.js').Verdict} verdict
   */
  async function send(request, verdict) {
    const value = credential.value();
    if (value === undefined || !verdict.permitted) {
      if (value !== undefined) {
        tell({ url: request.url, status: 0, challenge: '', outside: true });
      }
      throw new TypeError('Failed to fetch');
    }
    const headers = credential.cleaned(request.headers, true) ?? new window.Headers(request.headers);
    headers.set(credential.name, value);
    // Redirects are refused: the header would follow them to wherever the answer points. Nothing is left in the disk cache.
    /** @type {RequestInit} */
    const changes = { headers, redirect: 'error', cache: 'no-store' };
    // `no-cors` would silently drop the header; the archive is either of this origin or must allow CORS anyway.
    if (request.mode === 'no-cors') {
      changes.mode = 'cors';
    }
    const response = await ask(new window.Request(request, changes));
    await scope.learn(verdict, response);
    return response;
  }

  /** @param {Request} request */
  async function ask(request) {
    try {
      const response = await fetch.call(window, request);
      tell({ url: request.url, status: response.status, challenge: response.headers.get('WWW-Authenticate') ?? '' });
      return response;
    } catch (error) {
      if (!request.signal.aborted) {
        tell({ url: request.url, status: 0, challenge: '' });
      }
      throw error;
    }
  }
}
