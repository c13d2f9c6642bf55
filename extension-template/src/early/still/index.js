/**
 * The preview: the link's first image, drawn from the frame that has arrived for OHIF, until OHIF shows it.
 *
 * It ends when OHIF's own image is there, when OHIF shows something else, or when a message appears, and does not return.
 */

import { textsFor } from '../../texts/index.js';
import { preferredLanguages } from '../../texts/languages.js';
import { isTouchScreen } from '../../touch/detect.js';
import { showsDocument } from '../on-screen.js';
import { describe } from './description.js';
import { textOf } from './dicom-json.js';
import { arrange, createElement } from './element.js';
import { pictureOf } from './picture.js';
import { fit, panesIn, placeOf } from './place.js';

/** @typedef {import('../../../types/early.js').FirstImage} FirstImage */

/** What cornerstone tells after it has drawn on a canvas. It does not bubble, so it is caught on its way down. */
const RENDERED = 'CORNERSTONE_IMAGE_RENDERED';
/** How often OHIF's viewport is looked for. */
const LOOK_MS = 100;
/** An image that is black all over is never seen on the canvas. */
const AFTER_RENDER_MS = 5000;
/** The name of the moment in the page's timings. */
const MARK = 'ohifbuild:preview';
const AT_MOST_MS = 90_000;

/**
 * Creates the preview of one page.
 *
 * @param {Window & typeof globalThis} window
 * @param {boolean} touchLayout whether the viewer has a layout of its own on phones and tablets
 */
export function createStill(window, touchLayout) {
  const { document } = window;
  const { pathname, search } = window.location;
  let over = !isPlain(search);
  /** @type {HTMLElement | undefined} */
  let element;
  /** @type {number[]} */
  const timers = [];

  /** Ends the preview; there will be none any more. */
  function end() {
    over = true;
    element?.remove();
    element = undefined;
    timers.forEach(timer => window.clearInterval(timer)); // which clears timeouts too
    document.removeEventListener(RENDERED, onRendered, true);
  }

  /** @param {Event} event */
  function onRendered({ target }) {
    const pane = panesIn(document).find(one => one.contains(/** @type {Node} */ (target)));
    if (pane && [...pane.querySelectorAll('canvas')].some(canvas => isLit(window, canvas))) {
      end();
    } else if (pane) {
      timers.push(window.setTimeout(end, AFTER_RENDER_MS));
    }
  }

  /**
   * Shows an image, if it can be shown right.
   *
   * @param {FirstImage | undefined} first
   */
  async function show(first) {
    const image = first && !over && isNamed(first) ? describe(first.metadata) : undefined;
    const picture = first && image && (await pictureOf(window, first.frame, image));
    if (!picture || over || element) {
      return;
    }
    element = createElement(document, picture, textsFor(preferredLanguages(window)));
    look(image);
    document.documentElement.append(element);
    timers.push(
      window.setInterval(() => look(image), LOOK_MS),
      window.setTimeout(end, AT_MOST_MS)
    );
    window.requestAnimationFrame(() => {
      window.performance.mark(MARK);
      window.performance.mark(`${MARK} ${first?.instance}`); // for the proof that OHIF shows the same image
    });
  }

  /** @param {import('./description.js').Description} image */
  function look(image) {
    if (panesIn(document).length > 1 || showsDocument(document) || window.location.pathname !== pathname) {
      end();
    } else if (element) {
      const place = placeOf(window, touchLayout && isTouchScreen(window));
      arrange(element, place, fit(place, image));
    }
  }

  document.addEventListener(RENDERED, onRendered, true);
  return {
    end,
    /** @param {FirstImage | undefined} first */
    show: first => show(first).catch(end),
  };
}

/**
 * Whether an address names studies and nothing else: other parameters choose other images and layouts.
 *
 * @param {string} search
 */
function isPlain(search) {
  return [...new URLSearchParams(search).keys()].every(name => /^studyinstanceuids$/i.test(name));
}

/**
 * Whether the metadata is that of the instance that was asked for.
 *
 * @param {FirstImage} first
 */
function isNamed({ study, series, instance, metadata }) {
  const named = ['0020000D', '0020000E', '00080018'].map(tag => textOf(metadata, tag));
  return named.join() === [study, series, instance].join();
}

/**
 * Whether something is to be seen on a canvas.
 *
 * @param {Window} window
 * @param {HTMLCanvasElement} canvas
 */
function isLit(window, canvas) {
  const copy = window.document.createElement('canvas');
  Object.assign(copy, { width: 32, height: 32 });
  const context = copy.getContext('2d');
  if (!context || !canvas.width || !canvas.height) {
    return false;
  }
  context.drawImage(canvas, 0, 0, 32, 32);
  return context.getImageData(0, 0, 32, 32).data.some((value, at) => at % 4 < 3 && value > 8);
}
