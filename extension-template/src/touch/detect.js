/** Whether the page is on a phone or a tablet. */

/** Screens whose small side is longer get the full layout: tablets of 13 inches, kiosks, desktops. In CSS pixels. */
const SMALL_SIDE = 900;

/**
 * A desktop or notebook with a touch screen has a mouse or a touch pad as its primary pointer, which is fine.
 *
 * @param {Window} window
 */
export function isTouchScreen(window) {
  const { screen, innerWidth, innerHeight } = window;
  const side = Math.min(screen?.width || innerWidth, screen?.height || innerHeight);
  return side < SMALL_SIDE && window.matchMedia?.('(pointer: coarse)').matches === true;
}
