/** Stands in for node:test: it keeps the tests, so that each can run once for every mutant. */

import { mock } from 'node:test';

/** @typedef {{name: string, act: (t: object) => unknown}} Test */

/** @type {Test[]} */
let registered = [];

/**
 * @param {string} name
 * @param {...any} rest options, then what the test does
 */
export function test(name, ...rest) {
  registered.push({ name, act: rest.at(-1) });
}

/** @returns {Test[]} what the files registered that were imported since the last call */
export function taken() {
  const tests = registered;
  registered = [];
  return tests;
}

let giveUp = () => {};
process.on('beforeExit', () => {
  setImmediate(() => {});
  giveUp();
});

// What an earlier mutant left open may keep the loop alive. Then a test that waits is found by a loop with nothing to do.
const QUIET_SECONDS = 5;
let quiet = 0;
let last = performance.eventLoopUtilization();
setInterval(() => {
  const { active } = performance.eventLoopUtilization(last);
  last = performance.eventLoopUtilization();
  quiet = active < 20 ? quiet + 1 : 0;
  if (quiet === QUIET_SECONDS) {
    quiet = 0;
    giveUp();
  }
}, 1000).unref();

/**
 * Whether a test passes. One that waits although nothing is left to happen fails.
 *
 * @param {Test} test
 */
export async function passes({ act }) {
  const forever = new Promise((_, reject) => (giveUp = () => reject(new Error('It waits for ever.'))));
  try {
    await Promise.race([act({ mock }), forever]);
    return true;
  } catch {
    return false;
  } finally {
    mock.restoreAll();
  }
}
