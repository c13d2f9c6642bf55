/** Sends every request under the roots, whichever API the page used. */

import { kindOf } from '../contract/answers.js';
import { statusOf } from './content.js';
import { targetOf } from './request-errors.js';
import { giveUp, withRetries } from './retry.js';

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
    // A redirect would take the header to any server that the response names. With `manual` the browser does not follow
    // it, and says that it was one. Responses stay out of the disk cache.
    /** @type {RequestInit} */
    const changes = { headers, redirect: 'manual', cache: 'no-store', credentials: credential.mode() };
    // `no-cors` would silently drop the header. The archive has this page's origin, or must allow CORS in any case.
    if (request.mode === 'no-cors') {
      changes.mode = 'cors';
    }
    const response = await fetchAndReport(new window.Request(request, changes), decision);
    try {
      await scope.learn(decision, response);
    } catch (error) {
      giveUp(response);
      throw error;
    }
    return response;
  }

  /**
   * @param {Request} request
   * @param {import('./token-scope.js').Decision} decision
   */
  async function fetchAndReport(request, decision) {
    const { url, signal } = request;
    const attempt = () => fetch.call(window, request.clone());
    // A picture that the archive may be unable to make is not worth a second request.
    const once = kindOf(targetOf(url)) === 'thumbnail';
    /** @type {import('../contract/answers.js').Status} */
    let status = 0;
    let challenge = '';
    try {
      const response = await (once ? attempt() : withRetries(window, signal, attempt));
      const redirects = response.type === 'opaqueredirect';
      status = redirects ? 302 : statusOf(response);
      challenge = response.headers.get('WWW-Authenticate') ?? '';
      if (redirects) {
        throw new TypeError('Failed to fetch');
      }
      return response;
    } finally {
      // A late response to the previous link says nothing about this one.
      if (scope.isCurrent(decision) && (status !== 0 || !signal.aborted)) {
        onResponse({ url, status, challenge });
      }
    }
  }
}
