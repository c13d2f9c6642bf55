/** Sends every request under the roots, whichever API the page used, and some before OHIF asks for them. */

import { kindOf, meaningOf } from '../contract/answers.js';
import { createAnswers } from './answer.js';
import { createFrameSizes } from './frame-sizes.js';
import { targetOf } from './request-errors.js';
import { createRetries, giveUp } from './retry.js';
import { createSilence } from './silence.js';

/** @typedef {import('./token-scope.js').Decision} Decision */
/** @typedef {import('./answer.js').Outcome} Outcome */
/** @typedef {import('../contract/answers.js').Status} Status */

/**
 * @typedef {object} Listeners
 * @property {(response: import('../../types/early.js').ArchiveResponse) => void} response
 * @property {(url: string) => void} withdrawn is called if a request is aborted for which a message asks to wait
 * @property {() => number} emptySince when the page began to show nothing of its link; see `retry.js`
 */

/**
 * Creates the transport of one page.
 *
 * @param {Window & typeof globalThis} window before its fetch is guarded
 * @param {ReturnType<typeof import('./token-scope.js').createTokenScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {Listeners} on
 * @param {ReturnType<typeof import('./guesses.js').createGuesses>} guesses
 */
export function createTransport(window, scope, credential, on, guesses) {
  const silence = createSilence(window);
  const ask = createAnswers(window, silence, createFrameSizes());
  const retries = createRetries(window, on.emptySince);

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
        on.response({ url: request.url, status: 0, challenge: '', outside: true });
      }
      throw new TypeError('Failed to fetch');
    }
    const ours = prepare(request);
    const response = await report(ours, decision, guesses.take(ours, decision) ?? deliver(ours, decision));
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
    const outcome = deliver(request, decision);
    const isPart = kindOf(targetOf(decision.url)) === 'frames';
    const response = report(request, decision, outcome, status => !isPart && meaningOf(status) !== undefined);
    guesses.add({ request, decision, abort, outcome });
    response.catch(() => undefined);
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

  /**
   * Sends a request, and again if that may help. What the user has to wait for is reported meanwhile.
   *
   * @param {Request} request
   * @param {Decision} decision
   * @returns {Promise<Outcome>}
   */
  async function deliver(request, decision) {
    const { url, signal, method } = request;
    let reported = false;
    /** @param {Outcome} outcome */
    const tell = ({ status, response }) => {
      if (scope.isCurrent(decision) && !signal.aborted) {
        reported = true;
        on.response({ url, status, challenge: challengeOf(response) });
      }
    };
    const attempt = () => ask(request, () => tell({ status: 'slow' }));
    // A picture that the archive may be unable to make is not worth a second request, and what changes something in
    // the archive may have done so.
    const kind = kindOf(targetOf(url));
    const once = kind === 'thumbnail' || method !== 'GET';
    try {
      return await (once ? attempt() : retries.send(signal, kind, attempt, tell));
    } finally {
      if (reported && signal.aborted) {
        on.withdrawn(url);
      }
    }
  }

  /**
   * The answer to a request, reported.
   *
   * @param {Request} request
   * @param {Decision} decision
   * @param {Promise<Outcome>} answer
   * @param {(status: Status) => boolean} [worthIt] whether to report it
   * @returns {Promise<Response>} rejected as fetch rejects if there is none that may be used
   */
  async function report({ url, signal }, decision, answer, worthIt = () => true) {
    const { status, response, error } = await answer;
    // A late response to the previous link says nothing about this one.
    if (scope.isCurrent(decision) && (status !== 0 || !signal.aborted) && worthIt(status)) {
      on.response({ url, status, challenge: challengeOf(response) });
    }
    if (error !== undefined || !response) {
      throw error ?? new TypeError('Failed to fetch');
    }
    return response;
  }
}

/** @param {Response | undefined} response */
function challengeOf(response) {
  return response?.headers.get('WWW-Authenticate') ?? '';
}
