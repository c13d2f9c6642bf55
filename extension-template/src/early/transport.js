/** Sends every request under the roots, whichever API the page used, and some before OHIF asks for them. */

import { kindOf, meaningOf } from '../contract/answers.js';
import { statusOf } from './content.js';
import { targetOf } from './request-errors.js';
import { giveUp, withRetries } from './retry.js';

/** @typedef {import('./token-scope.js').Decision} Decision */
/** @typedef {import('../contract/answers.js').Status} Status */

/**
 * Creates the transport of one page.
 *
 * @param {Window & typeof globalThis} window before its fetch is guarded
 * @param {ReturnType<typeof import('./token-scope.js').createTokenScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {(response: import('../../types/early.js').ArchiveResponse) => void} onResponse
 * @param {ReturnType<typeof import('./guesses.js').createGuesses>} guesses
 */
export function createTransport(window, scope, credential, onResponse, guesses) {
  const { fetch } = window;

  return { send, guess };

  /**
   * Sends a request of the page.
   *
   * @param {Request} request
   * @param {Decision} decision
   * @returns {Promise<Response>} rejected as fetch rejects if nothing was sent
   */
  async function send(request, decision) {
    const ready = credential.ready();
    if (!ready || !decision.permitted) {
      if (ready) {
        onResponse({ url: request.url, status: 0, challenge: '', outside: true });
      }
      throw new TypeError('Failed to fetch');
    }
    const ours = prepare(request);
    const response = await report(ours, decision, guesses.take(ours, decision) ?? fetchAgain(ours));
    guesses.arrived(request.url, response.status);
    try {
      await scope.learn(decision, response);
    } catch (error) {
      giveUp(response);
      throw error;
    }
    return response;
  }

  /**
   * Sends a request before the page does. An answer that keeps the link from opening is reported at once; all others
   * when the page asks for them.
   *
   * @param {string} url under the roots
   * @param {Record<string, string>} headers as OHIF sets them
   * @returns {Promise<Response> | undefined} undefined if it may not be sent
   */
  function guess(url, headers) {
    const decision = scope.decide('GET', url);
    if (!decision?.permitted || !credential.ready() || !guesses.mayAsk(decision.url)) {
      return undefined;
    }
    const abort = new window.AbortController();
    const request = prepare(new window.Request(decision.url, { headers, signal: abort.signal }));
    const response = fetchAgain(request);
    guesses.add({ request, decision, abort, response });
    const isPart = kindOf(targetOf(decision.url)) === 'frames';
    report(request, decision, response, status => !isPart && meaningOf(status) !== undefined).catch(() => undefined);
    return response;
  }

  /**
   * The request with the token and without what could take it elsewhere.
   *
   * @param {Request} request
   */
  function prepare(request) {
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
    return new window.Request(request, changes);
  }

  /** @param {Request} request */
  function fetchAgain(request) {
    const attempt = () => fetch.call(window, request.clone());
    // A picture that the archive may be unable to make is not worth a second request.
    const once = kindOf(targetOf(request.url)) === 'thumbnail';
    return once ? attempt() : withRetries(window, request.signal, attempt);
  }

  /**
   * The answer to a request, reported.
   *
   * @param {Request} request
   * @param {Decision} decision
   * @param {Promise<Response>} answer
   * @param {(status: Status) => boolean} [worthIt] whether to report it
   */
  async function report({ url, signal }, decision, answer, worthIt = () => true) {
    /** @type {Status} */
    let status = 0;
    let challenge = '';
    try {
      const response = await answer;
      const redirects = response.type === 'opaqueredirect';
      status = redirects ? 302 : statusOf(response);
      challenge = response.headers.get('WWW-Authenticate') ?? '';
      if (redirects) {
        throw new TypeError('Failed to fetch');
      }
      return response;
    } finally {
      // A late response to the previous link says nothing about this one.
      if (scope.isCurrent(decision) && (status !== 0 || !signal.aborted) && worthIt(status)) {
        onResponse({ url, status, challenge });
      }
    }
  }
}
