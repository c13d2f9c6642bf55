/**
 * Whether a viewport of OHIF shows something that is no image: a report, a document, a video, a waveform. Images are
 * known by their frames; a text report comes with the metadata, and needs no request of its own.
 */

/** OHIF's viewports; every release since 3.9 names them so. */
const PANE = '[data-cy="viewport-pane"]';
/** What shows a document or a video, once its source is there. */
const SOURCES = 'object[data], embed[src], iframe[src], video[src]';
/** OHIF's viewport for images. It has a canvas and texts around it before there is an image. */
const IMAGES = '.cornerstone-viewport-element';
/** What stands in a viewport until OHIF has loaded its code. */
const LOADING = /^\s*(?:Loading\W*)?$/;

/**
 * Whether a viewport shows a document.
 *
 * @param {Document} document
 */
export function showsDocument(document) {
  return [...document.querySelectorAll(PANE)].some(pane => {
    if (pane.querySelector(SOURCES)) {
      return true;
    }
    // An <object> has a text for browsers that cannot show it.
    return !pane.querySelector(`${IMAGES}, object`) && (hasText(pane) || pane.querySelector('canvas') !== null);
  });
}

/** @param {Element} pane */
function hasText(pane) {
  return !LOADING.test(pane.textContent ?? '');
}
