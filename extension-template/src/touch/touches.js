/** Reads the touches on images before OHIF's tools do. */

import { createGestures } from './gestures.js';

const IMAGE = '.cornerstone-viewport-element';
/** What has an action of its own, on the image too. */
const OWN = 'button, a, input, select, textarea, video, [role="button"], [role="slider"]';

/**
 * Reads them until it is ended.
 *
 * @param {Window & typeof globalThis} window
 * @param {() => boolean} on whether to read them now
 * @param {import('./gestures.js').Actions & {choose: (image: Element) => void}} actions
 * @returns {() => void} ends it
 */
export function readTouches(window, on, actions) {
  const gestures = createGestures(actions);

  /** @param {TouchEvent} event */
  function handle(event) {
    const { target } = event;
    const image = target instanceof window.Element && !target.closest(OWN) ? target.closest(IMAGE) : null;
    if (!image || !on()) {
      return;
    }
    // Else the browser zooms or scrolls the page, and OHIF's active tool acts too.
    event.stopImmediatePropagation();
    if (event.cancelable) {
      event.preventDefault();
    }
    const fingers = [...event.targetTouches].map(({ identifier, clientX, clientY }) => ({
      id: identifier,
      x: clientX,
      y: clientY,
    }));
    if (event.type === 'touchstart') {
      actions.choose(image);
      gestures.down(fingers, event.timeStamp);
    } else if (event.type === 'touchmove') {
      gestures.move(fingers);
    } else if (event.type === 'touchend') {
      gestures.up(fingers, event.timeStamp);
    } else {
      gestures.cancel();
    }
  }

  const types = /** @type {const} */ (['touchstart', 'touchmove', 'touchend', 'touchcancel']);
  const options = { capture: true, passive: false };
  types.forEach(type => window.addEventListener(type, handle, options));
  return () => types.forEach(type => window.removeEventListener(type, handle, options));
}
