/** The image in a viewport: its slices, window and position, by what all viewports of cornerstone have. */

import { pannedBy } from './gestures.js';

const SCROLLABLE = ['stack', 'orthographic', 'video'];
const ZOOM = { least: 0.3, most: 20 };

/**
 * Creates the image of the active viewport.
 *
 * @param {Window} window
 * @param {() => any} viewportOf gives the active viewport; undefined if it shows no image
 */
export function createImage(window, viewportOf) {
  /** @param {(viewport: any) => unknown} change */
  function apply(change) {
    try {
      const viewport = viewportOf();
      if (viewport) {
        change(viewport);
        viewport.render();
      }
    } catch {
      // The viewport is not ready, or of a kind that has no such property.
    }
  }

  /**
   * @template T
   * @param {(viewport: any) => T} read
   * @param {T} otherwise
   * @returns {T}
   */
  function ask(read, otherwise) {
    try {
      const viewport = viewportOf();
      return viewport ? (read(viewport) ?? otherwise) : otherwise;
    } catch {
      return otherwise;
    }
  }

  const index = () => ask(viewport => viewport.getSliceIndex(), 0);

  /** @param {number} wanted */
  async function show(wanted) {
    const viewport = viewportOf();
    if (viewport?.type === 'video') {
      await viewport.setFrameNumber(wanted + 1);
    } else if (typeof viewport?.setImageIdIndex === 'function') {
      await viewport.setImageIdIndex(wanted);
    } else {
      viewport?.scroll?.(wanted - index());
    }
    viewport?.render?.();
    await new Promise(resolve => window.requestAnimationFrame(resolve));
  }

  return {
    index,
    show,
    /** How many slices can be scrolled; 0 if the viewport shows no image. */
    count: () => ask(viewport => (SCROLLABLE.includes(viewport.type) ? viewport.getNumberOfSlices() : 0), 0),
    isVideo: () => ask(viewport => viewport.type === 'video', false),
    /** Whether a video plays. */
    isPlaying: () => ask(viewport => viewport.isPlaying === true, false),
    togglePlaying: () => ask(viewport => viewport.togglePlayPause(), false),

    /** Whether there is an image that can be zoomed. */
    shown: () => ask(viewport => typeof viewport.setZoom === 'function', false),

    /**
     * @param {{scale: number, x: number, y: number, byX: number, byY: number}} change `x` and `y` from the page's corner
     */
    pinch(change) {
      apply(viewport => {
        const box = viewport.element.getBoundingClientRect();
        const zoom = viewport.getZoom();
        const scale = Math.max(ZOOM.least, Math.min(ZOOM.most, zoom * change.scale)) / zoom;
        const x = change.x - box.left - box.width / 2;
        const y = change.y - box.top - box.height / 2;
        const pan = pannedBy(viewport.getPan(), { ...change, scale, x, y });
        viewport.setZoom(zoom * scale);
        viewport.setPan(pan);
      });
    },

    /** The grey values that are shown, as `{lower, upper}`; undefined if the image has none. */
    window: () => ask(viewport => viewport.getProperties().voiRange, undefined),

    /** @param {{lower: number, upper: number}} voiRange */
    setWindow: voiRange => apply(viewport => viewport.setProperties({ voiRange })),

    reset() {
      apply(viewport => {
        viewport.resetProperties?.();
        viewport.resetCamera();
      });
    },
  };
}

/**
 * The window after a finger's way: its width changes to the side, its centre up and down, as with the mouse in OHIF.
 *
 * @param {{lower: number, upper: number}} from
 * @param {{x: number, y: number}} by
 */
export function windowedBy({ lower, upper }, by) {
  const step = Math.max(upper - lower, 1) / 200;
  const width = Math.max(step, upper - lower + by.x * step);
  const centre = (lower + upper) / 2 + by.y * step;
  return { lower: centre - width / 2, upper: centre + width / 2 };
}
