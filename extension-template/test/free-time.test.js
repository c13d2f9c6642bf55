/** Free time: what counts as such, on a page that is busy, idle or hidden. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterFreeTime } from '../src/early/free-time.js';

/** @param {{late?: number, hidden?: boolean}} page how many milliseconds each timer is late */
function waiting({ late = 0, hidden = false }) {
  let now = 0;
  /** @type {(() => void) | undefined} */
  let timer;
  let acted = 0;
  const window = /** @type {Window} */ (
    /** @type {unknown} */ ({
      document: { hidden },
      performance: { now: () => now },
      setTimeout(/** @type {() => void} */ act, /** @type {number} */ milliseconds) {
        timer = () => ((now += milliseconds + late), act());
      },
      clearTimeout: () => (timer = undefined),
    })
  );
  const stop = afterFreeTime(window, 5000, () => (acted += 1));
  return {
    stop,
    /** @param {number} milliseconds that pass */
    pass(milliseconds) {
      const end = now + milliseconds;
      while (timer && now < end) {
        const current = timer;
        timer = undefined;
        current();
      }
      return acted;
    },
  };
}

for (const late of [0, 4, 90]) {
  test(`timers that are ${late} ms late: all time counts`, () => {
    const { pass } = waiting({ late });
    assert.deepEqual([pass(4700), pass(2200), pass(60_000)], [0, 1, 1]);
  });
}

test('time in which something else has the processor does not count', () => {
  assert.equal(waiting({ late: 200 }).pass(600_000), 0);
});

test('in a hidden page, whose timers the browser delays, all time counts', () => {
  assert.deepEqual(
    [4000, 6000].map(time => waiting({ late: 750, hidden: true }).pass(time)),
    [0, 1]
  );
});

test('a wait that is ended does nothing', () => {
  const { stop, pass } = waiting({});
  pass(1000);
  stop();
  assert.equal(pass(60_000), 0);
});
