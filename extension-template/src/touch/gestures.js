/**
 * What fingers on the image mean. One finger drags, two fingers pinch and pan, two quick taps reset. When one of two
 * fingers is lifted, the other does nothing, so that the end of a pinch does not scroll.
 */

/** @typedef {{id: number, x: number, y: number}} Finger */

/**
 * @typedef {object} Actions
 * @property {() => void} begin one finger has begun to drag
 * @property {(by: {x: number, y: number}) => void} drag its way from there
 * @property {(change: {scale: number, x: number, y: number, byX: number, byY: number}) => void} pinch since the last one;
 *   `x` and `y` are the middle between the fingers before
 * @property {() => void} touched a finger has come down
 * @property {() => void} twice two quick taps
 */

/** A finger that moves less has tapped. In CSS pixels. */
const SLOP = 8;
const TAP_MS = 300;
const TAP_DISTANCE = 40;

/**
 * Creates the reading of one image's touches.
 *
 * @param {Actions} actions
 */
export function createGestures(actions) {
  /** @type {Finger[]} */
  let before = [];
  /** Where the only finger came down. @type {(Finger & {at: number}) | undefined} */
  let first;
  let dragging = false;
  /** @type {{x: number, y: number, at: number} | undefined} */
  let tap;

  /**
   * @param {readonly Finger[]} fingers on the image now
   * @param {number} at milliseconds
   */
  function down(fingers, at) {
    actions.touched();
    const alone = before.length === 0 && fingers.length === 1;
    first = alone ? { ...fingers[0], at } : undefined;
    dragging = false;
    before = [...fingers];
    tap = alone ? tap : undefined;
  }

  /** @param {readonly Finger[]} fingers */
  function move(fingers) {
    if (fingers.length === 1 && first) {
      const by = { x: fingers[0].x - first.x, y: fingers[0].y - first.y };
      const way = Math.hypot(by.x, by.y);
      if (!dragging && way >= SLOP) {
        dragging = true;
        // Only what a tap may move is lost, so that the image does not jump.
        first = { ...first, x: first.x + (by.x * SLOP) / way, y: first.y + (by.y * SLOP) / way };
        actions.begin();
      }
      if (dragging) {
        actions.drag({ x: fingers[0].x - first.x, y: fingers[0].y - first.y });
      }
    } else if (fingers.length >= 2 && before.length >= 2) {
      const [was, is] = [spanOf(before), spanOf(fingers)];
      const scale = was.length ? is.length / was.length : 1;
      actions.pinch({ scale, x: was.x, y: was.y, byX: is.x - was.x, byY: is.y - was.y });
    }
    before = [...fingers];
  }

  /**
   * @param {readonly Finger[]} fingers that are left
   * @param {number} at
   */
  function up(fingers, at) {
    const tapped = first && !dragging && fingers.length === 0 && at - first.at < TAP_MS ? first : undefined;
    if (tapped && tap && at - tap.at < TAP_MS && Math.hypot(tapped.x - tap.x, tapped.y - tap.y) < TAP_DISTANCE) {
      tap = undefined;
      actions.twice();
    } else {
      tap = tapped && { x: tapped.x, y: tapped.y, at };
    }
    first = undefined;
    dragging = false;
    before = [...fingers];
  }

  /** The browser has taken the touches over. */
  function cancel() {
    before = [];
    first = tap = undefined;
    dragging = false;
  }

  return { down, move, up, cancel };
}

/** @param {readonly Finger[]} fingers */
function spanOf([one, other]) {
  return {
    length: Math.hypot(one.x - other.x, one.y - other.y),
    x: (one.x + other.x) / 2,
    y: (one.y + other.y) / 2,
  };
}

/**
 * How far a finger travels from one slice to the next: few slices take a part of the screen, many a steady minimum.
 *
 * @param {number} slices
 * @param {number} height of the image, in CSS pixels
 */
export function pixelsPerSlice(slices, height) {
  return Math.min(32, Math.max(5, (height * 0.7) / Math.max(1, slices - 1)));
}

/**
 * The pan that keeps the point between the fingers where it is in the image.
 *
 * @param {readonly [number, number]} pan of the image's centre from the middle of the viewport
 * @param {{scale: number, x: number, y: number, byX: number, byY: number}} change with `x` and `y` from the middle
 * @returns {[number, number]}
 */
export function pannedBy(pan, { scale, x, y, byX, byY }) {
  return [x - (x - pan[0]) * scale + byX, y - (y - pan[1]) * scale + byY];
}
