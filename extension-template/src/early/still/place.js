/** Where OHIF shows its first image. */

/** OHIF's viewports; every release since 3.9 names them so. */
const PANE = '[data-cy="viewport-pane"]';
/**
 * Distances from the window's edges to OHIF's viewport while there is none: tool bar, open study panel, the edge of the
 * closed panel on the right (measured with 3.12.0 and 3.13.2).
 */
const OHIF = { left: 287, top: 51, right: 38, bottom: 7 };
/** The same for our layout on phones and tablets, whose bar is in `touch/style.js`. */
const TOUCH = { left: 0, top: 0, right: 0, bottom: 60 };

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

/**
 * OHIF's viewports.
 *
 * @param {Document} document
 */
export function panesIn(document) {
  return [...document.querySelectorAll(PANE)];
}

/**
 * Where the first image is, or will be.
 *
 * @param {Window} window
 * @param {boolean} touch whether the viewer has its layout for phones and tablets
 * @returns {Box}
 */
export function placeOf(window, touch) {
  const [pane] = panesIn(window.document);
  const box = pane?.getBoundingClientRect();
  if (box && box.width > 0 && box.height > 0) {
    return box;
  }
  const { innerWidth, innerHeight } = window;
  const { left, top, right, bottom } = touch ? TOUCH : OHIF;
  return { left, top, width: Math.max(0, innerWidth - left - right), height: Math.max(0, innerHeight - top - bottom) };
}

/**
 * Where in its viewport OHIF first shows an image: all of it, as large as there is room. Seen with 3.13.2; up to 3.12.0
 * cornerstone makes it larger by the width of one of its pixels, and moves it by half of one.
 *
 * @param {{width: number, height: number}} room
 * @param {{rows: number, columns: number, aspect: number}} image
 * @returns {Box}
 */
export function fit(room, { rows, columns, aspect }) {
  const scale = Math.min(room.width / columns, room.height / (rows * aspect));
  const [width, height] = [columns * scale, rows * aspect * scale];
  return { left: (room.width - width) / 2, top: (room.height - height) / 2, width, height };
}
