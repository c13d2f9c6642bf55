/**
 * The requests that wait for an archive to come back. One at a time asks, after longer and longer pauses. When it gets
 * its answer, all others follow. So an archive that comes back meets few requests of each page.
 */

import { WAIT } from '../contract/answers.js';

/** Pauses differ by so much, so that pages that lost the archive together do not come back together. */
const JITTER = 0.25;
/** Between two turns, however many other requests succeed: what fails for a reason of its own is not asked for each time. */
const SHORTEST_MS = WAIT.pauses[0] * 1000;

/**
 * Creates the waiting requests of one page.
 *
 * @param {Window & typeof globalThis} window
 */
export function createOutage(window) {
  /** What lets each request go, longest waiting first. @type {Set<() => void>} */
  const waiting = new Set();
  /** Since the archive was there. */
  let turns = 0;
  let lastTurn = -Infinity;
  /** @type {number | undefined} */
  let timer;

  window.addEventListener('online', next);

  return { known: () => turns > 0 || waiting.size > 0, turn, answered };

  /**
   * Waits for the turn of a request.
   *
   * @param {AbortSignal} signal
   * @param {number} atLeast seconds
   * @param {number} atMost seconds
   * @returns {Promise<boolean>} whether it may be sent; false if the time is over
   */
  async function turn(signal, atLeast, atMost) {
    const rested = atLeast > 0 ? sleep(window, signal, atLeast * 1000) : undefined;
    const may = await new Promise(resolve => {
      const end = window.setTimeout(() => leave(false), atMost * 1000);
      const abort = () => leave(true);
      const go = () => leave(true);
      waiting.add(go);
      signal.addEventListener('abort', abort, { once: true });
      schedule();
      /** @param {boolean} sends */
      function leave(sends) {
        window.clearTimeout(end);
        signal.removeEventListener('abort', abort);
        waiting.delete(go);
        resolve(sends);
      }
    });
    await (may ? rested : undefined);
    return may;
  }

  function schedule() {
    if (timer === undefined && waiting.size > 0) {
      const pause = WAIT.pauses[Math.min(turns, WAIT.pauses.length - 1)] * 1000;
      timer = window.setTimeout(next, pause * (1 + JITTER * (2 * Math.random() - 1)));
    }
  }

  function next() {
    window.clearTimeout(timer);
    timer = undefined;
    const [first] = waiting;
    if (first && window.navigator.onLine) {
      turns += 1;
      lastTurn = window.performance.now();
      first();
    }
    schedule();
  }

  /** Lets the next one go at once, but not shortly after another. */
  function hurry() {
    if (waiting.size > 0 && window.performance.now() - lastTurn >= SHORTEST_MS) {
      next();
    }
  }

  /**
   * To be called for every answer that is no failure of the archive as a whole.
   *
   * @param {boolean} again whether the request had failed before
   */
  function answered(again) {
    if (!again && waiting.size > 0) {
      hurry();
      return;
    }
    turns = 0;
    const all = [...waiting];
    all.forEach(go => go());
  }
}

/**
 * Waits.
 *
 * @param {Window} window
 * @param {AbortSignal} signal
 * @param {number} milliseconds
 * @returns {Promise<void>} fulfilled at once if the signal is aborted
 */
export function sleep(window, signal, milliseconds) {
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
