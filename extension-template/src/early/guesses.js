/**
 * Requests that were sent before OHIF asked for them, and their answers.
 *
 * OHIF's own request gets the answer if it is the same request: the same URL and exactly the same headers, the token
 * among them, for the same link. An answer is given once. After a guess that OHIF did not want, nothing more is asked
 * ahead of it.
 */

import { kindOf } from '../contract/answers.js';
import { afterFreeTime } from './free-time.js';
import { targetOf } from './request-errors.js';

/** @typedef {import('./token-scope.js').Decision} Decision */
/** @typedef {import('../../types/early.js').GuessRecord} GuessRecord */

/**
 * @typedef {object} Guess
 * @property {Request} request as it was sent
 * @property {Decision} decision
 * @property {AbortController} abort ends the request, whoever has its answer
 * @property {Promise<import('./answer.js').Outcome>} outcome
 */

/** Answers that OHIF does not ask for are dropped after so much free time in which it asks for nothing, once it has an image. */
const AFTER_IMAGE_MS = 5_000;
/** Or after so much since the first request, if no image comes. On a slow line OHIF itself needs a minute to start. */
const LONGEST_MS = 120_000;

/**
 * Creates the guesses of one page.
 *
 * @param {Window & typeof globalThis} window
 */
export function createGuesses(window) {
  /** Answers that wait for OHIF, by URL. @type {Map<string, Guess>} */
  const waiting = new Map();
  /** URLs that OHIF has asked for. @type {Set<string>} */
  const asked = new Set();
  /** Called when nothing more is guessed. @type {Set<() => void>} */
  const endings = new Set();
  const counts = { sent: 0, used: 0, wrong: 0 };
  /** After a wrong guess; what has been sent may be right all the same. */
  let stopped = false;
  let ended = false;
  let hasImage = false;
  let stopWaiting = () => {};

  /** @param {number} milliseconds */
  function endIn(milliseconds) {
    stopWaiting();
    if (!ended) {
      stopWaiting = afterFreeTime(window, milliseconds, () => end(true));
    }
  }

  /**
   * Whether a request may be guessed: OHIF has not sent it itself meanwhile, and no guess was wrong.
   *
   * @param {string} url absolute
   */
  function mayAsk(url) {
    return !ended && !stopped && !asked.has(url) && !waiting.has(url);
  }

  /** @param {Guess} guess */
  function add(guess) {
    if (counts.sent === 0) {
      endIn(LONGEST_MS);
    }
    counts.sent += 1;
    waiting.set(guess.request.url, guess);
  }

  /**
   * The answer to a request of OHIF's, if the same request was sent before.
   *
   * @param {Request} request with its final headers
   * @param {Decision} decision
   * @returns {Guess['outcome'] | undefined}
   */
  function take(request, decision) {
    const { url, method, signal } = request;
    if (method !== 'GET' || signal.aborted) {
      return undefined;
    }
    asked.add(url);
    if (hasImage) {
      endIn(AFTER_IMAGE_MS);
    }
    const guess = waiting.get(url);
    if (!guess) {
      return undefined;
    }
    waiting.delete(url);
    if (guess.decision.scope !== decision.scope || !sameHeaders(guess.request, request)) {
      stopped = true;
      drop(guess);
      return undefined;
    }
    counts.used += 1;
    return untilAborted(guess, signal);
  }

  /**
   * To be called for each answer that the page gets.
   *
   * @param {string} url
   * @param {import('../contract/answers.js').Status} status
   */
  function arrived(url, status) {
    if (status === 200 && counts.sent > 0 && kindOf(targetOf(url)) === 'frames') {
      hasImage = true;
      endIn(AFTER_IMAGE_MS);
    }
  }

  /** @param {Guess} guess */
  function drop(guess) {
    counts.wrong += 1;
    guess.abort.abort();
  }

  /**
   * Drops what OHIF has not asked for, and guesses nothing more.
   *
   * @param {boolean} wrong whether it counts as wrong; a page that goes away could not ask for it
   */
  function end(wrong) {
    if (ended) {
      return;
    }
    ended = true;
    stopWaiting();
    const rest = [...waiting.values()];
    waiting.clear();
    rest.forEach(guess => (wrong ? drop(guess) : guess.abort.abort()));
    endings.forEach(act => act());
  }

  return {
    mayAsk,
    add,
    take,
    arrived,
    end,
    /** @param {() => void} act is called when nothing more is guessed */
    onEnd: act => void (ended ? act() : endings.add(act)),
    /** @returns {GuessRecord} */
    record: () => Object.freeze({ ...counts, waiting: waiting.size }),
  };
}

/**
 * @param {Request} one
 * @param {Request} other
 */
function sameHeaders(one, other) {
  const text = (/** @type {Request} */ { headers }) => JSON.stringify([...headers]);
  return text(one) === text(other);
}

/**
 * The answer to a guess, which the signal of OHIF's request ends as it would end OHIF's own.
 *
 * @param {Guess} guess
 * @param {AbortSignal} signal
 * @returns {Guess['outcome']}
 */
function untilAborted({ outcome, abort }, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      abort.abort(signal.reason);
      reject(signal.reason);
    });
    outcome.then(resolve, reject);
  });
}
