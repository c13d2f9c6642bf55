/**
 * How long the archive has been silent. A request that waits in the browser's queue behind others is not silent: only
 * the time counts in which nothing at all has arrived.
 */

import { SILENCE } from '../contract/answers.js';

/** @typedef {{reported: () => void, over: () => void}} Acts what to do when a message is due, and when a request is given up */

/**
 * Creates the watch over one page's requests.
 *
 * @param {Window} window
 */
export function createSilence(window) {
  let heard = 0;
  const now = () => window.performance.now();

  /**
   * Watches one request.
   *
   * @param {boolean} isPart whether it is for an image, which an archive has ready
   * @param {Acts} acts
   * @returns {() => void} ends the watch
   */
  function watch(isPart, acts) {
    const began = now();
    const limits = [
      { seconds: SILENCE.reported, act: acts.reported },
      { seconds: isPart ? SILENCE.part : SILENCE.other, act: acts.over },
    ];
    /** @type {number | undefined} */
    let timer;
    const next = () => {
      const [limit] = limits;
      const left = limit ? Math.max(began, heard) + limit.seconds * 1000 - now() : 0;
      if (limit && left <= 0) {
        limits.shift();
        limit.act();
        next();
      } else if (limit) {
        timer = window.setTimeout(next, left);
      }
    };
    next();
    return () => window.clearTimeout(timer);
  }

  return {
    watch,
    /** To be called when anything of the archive arrives. */
    hear: () => void (heard = now()),
  };
}
