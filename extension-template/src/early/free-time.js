/**
 * Time in which the page could have done what it has to do. On a busy machine or a slow phone, seconds pass in which
 * scripts wait for the processor; they do not count.
 */

const TICK_MS = 250;
/** A timer that comes later shows that something else had the processor. */
const LATE_MS = 100;

/**
 * Calls a function once the page has had so much free time. In a hidden page, where timers are late for another reason,
 * all time counts.
 *
 * @param {Window} window
 * @param {number} milliseconds
 * @param {() => void} act
 * @returns {() => void} ends the wait
 */
export function afterFreeTime(window, milliseconds, act) {
  const { document, performance } = window;
  let left = milliseconds;
  let due = 0;
  /** @type {number} */
  let timer;

  function wait() {
    due = performance.now() + TICK_MS;
    timer = window.setTimeout(passed, TICK_MS);
  }

  function passed() {
    const late = performance.now() - due;
    left -= document.hidden ? TICK_MS + late : late <= LATE_MS ? TICK_MS : 0;
    if (left > 0) {
      wait();
    } else {
      act();
    }
  }

  wait();
  return () => window.clearTimeout(timer);
}
