/** Sends a request again if its answer says that it may succeed later. The bounds are in `contract/answers.json`. */

import { meaningOf, RETRY } from '../contract/answers.js';

/**
 * Sends a request, and again while it fails in a way that may pass.
 *
 * @param {Window} window
 * @param {AbortSignal} signal ends the pauses too
 * @param {() => Promise<Response>} attempt rejected if there is no response
 * @returns {Promise<Response>} the last response; rejected as the last attempt was, or as fetch rejects if it is aborted
 */
export async function withRetries(window, signal, attempt) {
  const began = window.performance.now();
  for (const pause of RETRY.pauses) {
    const response = attempt();
    const answer = await response.catch(() => undefined);
    const asked = secondsOf(answer?.headers.get('Retry-After') ?? '');
    const wait = Math.max(pause, asked ?? 0);
    const spent = (window.performance.now() - began) / 1000;
    const worthIt = meaningOf(answer?.status ?? 0)?.retry && wait <= RETRY.longest && spent + wait <= RETRY.total;
    // An opaque redirect has no status either.
    if (!worthIt || signal.aborted || answer?.type === 'opaqueredirect') {
      return response;
    }
    giveUp(answer);
    await sleep(window, signal, wait * 1000);
    signal.throwIfAborted();
  }
  return attempt();
}

/**
 * The seconds that Retry-After asks for: a number, or the time until a date (RFC 9110 section 10.2.3).
 *
 * @param {string} value of the header; '' if there is none
 * @param {number} [now] milliseconds since 1970
 * @returns {number | undefined} undefined if there is no such header, or none that can be read
 */
export function secondsOf(value, now = Date.now()) {
  const text = value.trim();
  if (/^[0-9]+$/.test(text)) {
    return Number(text);
  }
  const date = /[a-z]/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/**
 * Ends the transfer of an answer. A body that nobody reads keeps its connection, and browsers open six to a server with
 * HTTP/1.1.
 *
 * @param {Response | undefined} answer
 */
export function giveUp(answer) {
  answer?.body?.cancel().catch(() => undefined);
}

/**
 * @param {Window} window
 * @param {AbortSignal} signal
 * @param {number} milliseconds
 * @returns {Promise<void>} fulfilled at once if the signal is aborted
 */
function sleep(window, signal, milliseconds) {
  return new Promise(resolve => {
    const timer = window.setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      window.clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
