/** The page's viewport, as browsers call it. */

/**
 * Unlike OHIF's, this one goes below the screen's notch, and people may zoom the page where they need it: on the bars,
 * and by their settings. On the image two fingers zoom the image.
 */
const CONTENT = 'width=device-width, initial-scale=1, minimum-scale=1, viewport-fit=cover';

/**
 * Uses the screen up to its edges.
 *
 * @param {Document} document
 * @returns {() => void} gives back what was there
 */
export function useWholeScreen(document) {
  const meta = document.querySelector('meta[name="viewport"]');
  const before = meta?.getAttribute('content');
  meta?.setAttribute('content', CONTENT);
  return () => {
    if (meta && typeof before === 'string') {
      meta.setAttribute('content', before);
    }
  };
}
