/**
 * Shows slices one after the other. Each is on the screen before the next is asked for, so a fast finger or a slow line
 * skips none.
 */

/** A finger cannot be further ahead of the image than this. In slices. */
const AHEAD = 40;

/**
 * Creates the way through one image's slices.
 *
 * @param {object} image
 * @param {() => number} image.index of the slice that is shown
 * @param {() => number} image.count
 * @param {(index: number) => Promise<unknown>} image.show resolves when the slice is on the screen
 */
export function createStepper({ index, count, show }) {
  /** @type {number} */
  let target = 0;
  /** Each new way ends the one before. */
  let way = 0;
  let moving = false;
  /** The slice that is on its way to the screen. @type {Promise<unknown>} */
  let pending = Promise.resolve();

  /**
   * Goes to a slice through all between.
   *
   * @param {number} wanted
   * @returns {number} where it will go: at most so many slices away
   */
  function towards(wanted) {
    const at = index();
    target = clamp(clamp(Math.round(wanted), at - AHEAD, at + AHEAD), 0, count() - 1);
    if (!moving) {
      run(way);
    }
    return target;
  }

  /** @param {number} mine */
  async function run(mine) {
    moving = true;
    await pending;
    let at = index();
    while (mine === way && at !== target) {
      at += Math.sign(target - at);
      // A slice that cannot be loaded does not keep the others away; the page says that something is missing.
      pending = show(at).catch(() => {});
      await pending;
    }
    if (mine === way) {
      moving = false;
    }
  }

  /**
   * Goes to a slice at once.
   *
   * @param {number} wanted
   */
  function jump(wanted) {
    stop();
    return show(clamp(Math.round(wanted), 0, count() - 1)).catch(() => {});
  }

  function stop() {
    way += 1;
    moving = false;
  }

  return { towards, jump, stop };
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function clamp(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
