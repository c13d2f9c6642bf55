/** Sends a request again if its answer says that it may succeed later. The bounds are in `contract/answers.json`. */

import { meaningOf, ONCE, RETRY, WAIT } from '../contract/answers.js';
import { createOutage, sleep } from './outage.js';

/** @typedef {import('./answer.js').Outcome} Outcome */
/** @typedef {import('../contract/answers.js').Kind} Kind */

/** OHIF shows nothing before it has these. Without one that fails, it shows the studies and series of the others. */
const OPENING = ['search', 'series', 'metadata'];
/** So many requests are sent again on their own account. All others wait for their turn. */
const MOST_ALONE = 6;

/**
 * Creates the repetitions of one page.
 *
 * @param {Window & typeof globalThis} window
 * @param {() => number} emptySince when the page began to show nothing of its link, in milliseconds of
 *   `performance.now()`; Infinity if it shows something
 */
export function createRetries(window, emptySince) {
  const outage = createOutage(window);
  let onTheirOwn = 0;
  /** When a request of each kind was last answered. @type {Map<Kind, number>} */
  const answered = new Map();

  return { send };

  /**
   * Sends a request, and again while it fails in a way that may pass: at first on its own, then in turn with all others
   * that wait for the archive.
   *
   * @param {AbortSignal} signal ends the pauses too
   * @param {Kind} kind
   * @param {() => Promise<Outcome>} attempt
   * @param {(outcome: Outcome) => void} onWait is called when the user has to wait for the archive
   * @returns {Promise<Outcome>} the last one; rejected as fetch rejects if it is aborted
   */
  async function send(signal, kind, attempt, onWait) {
    const began = window.performance.now();
    for (let failures = 0; ; failures++) {
      const outcome = await attempt();
      const spent = (window.performance.now() - began) / 1000;
      const next = nextOf(outcome, failures, spent);
      if (!next.isFailure) {
        outage.answered(failures > 0);
        answered.set(kind, window.performance.now());
      }
      const othersOpen = OPENING.includes(kind) && (answered.get(kind) ?? -Infinity) >= emptySince();
      if (signal.aborted || next.how === 'never' || (next.how === 'in turn' && othersOpen)) {
        return outcome;
      }
      giveUp(outcome.response);
      if (next.how === 'alone') {
        await onItsOwn(signal, next.wait);
      } else {
        next.isTold && onWait(outcome);
        if (!(await outage.turn(signal, next.wait, WAIT.total - spent))) {
          return { ...outcome, response: undefined };
        }
      }
      signal.throwIfAborted();
    }
  }

  /**
   * Whether and how a request is sent again.
   *
   * @param {Outcome} outcome
   * @param {number} failures before this one
   * @param {number} spent seconds since the request was first sent
   * @returns {{isFailure: boolean, how: 'never' | 'alone' | 'in turn', wait: number, isTold: boolean}} isFailure: of the
   *   archive as a whole, which may pass
   */
  function nextOf(outcome, failures, spent) {
    const isFailure = mayPass(outcome);
    const isOnce = failures === 0 && ONCE.answers.includes(String(outcome.status));
    const asked = pauseAskedBy(outcome);
    const wait = Math.max(isOnce ? ONCE.pause : (RETRY.pauses[failures] ?? Infinity), asked);
    const isSoon = wait <= RETRY.longest && spent + wait <= RETRY.total;
    if (!isFailure) {
      return { isFailure, how: isOnce && isSoon ? 'alone' : 'never', wait, isTold: false };
    }
    const isFirst = isSoon && !outage.known();
    if (isFirst && onTheirOwn < MOST_ALONE) {
      return { isFailure, how: 'alone', wait, isTold: false };
    }
    const mayWait = asked <= WAIT.longest && spent < WAIT.total;
    return { isFailure, how: mayWait ? 'in turn' : 'never', wait: asked, isTold: !isFirst };
  }

  /**
   * @param {AbortSignal} signal
   * @param {number} seconds
   */
  async function onItsOwn(signal, seconds) {
    onTheirOwn += 1;
    await sleep(window, signal, seconds * 1000);
    onTheirOwn -= 1;
  }
}

/** @param {Outcome} outcome */
function mayPass({ status }) {
  return meaningOf(status)?.retry ?? false;
}

/** @param {Outcome} outcome */
function pauseAskedBy({ response }) {
  return secondsOf(response?.headers.get('Retry-After') ?? '') ?? 0;
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
