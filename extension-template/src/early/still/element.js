/** The preview's element: the picture on black, with a label. It lets clicks through, and nothing in it moves. */

export const ID = 'ohifbuild-preview';

/** Just below messages. */
const LAYER = '2147483646';

/**
 * Creates the element.
 *
 * @param {Document} document
 * @param {HTMLCanvasElement} picture
 * @param {ReturnType<typeof import('../../texts/index.js').textsFor>} text
 */
export function createElement(document, picture, { language, texts: { preview } }) {
  const box = document.createElement('div');
  box.id = ID;
  box.lang = language;
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', preview);
  style(box, { all: 'initial', position: 'fixed', zIndex: LAYER, background: '#000', overflow: 'hidden' });
  style(box, { pointerEvents: 'none' });
  style(picture, { position: 'absolute' });
  const words = document.createElement('div');
  words.textContent = preview;
  words.ariaHidden = 'true';
  style(words, { position: 'absolute', bottom: '8px', left: '8px', right: '8px', textAlign: 'center' });
  style(words, { font: '14px/1.5 system-ui, sans-serif', color: '#e8eef7', textShadow: '0 0 4px #000, 0 0 4px #000' });
  box.append(picture, words);
  return box;
}

/**
 * Puts the element and its picture into place.
 *
 * @param {HTMLElement} box
 * @param {import('./place.js').Box} place on the screen
 * @param {import('./place.js').Box} inner where the picture is in it
 */
export function arrange(box, { left, top, width, height }, inner) {
  style(box, inPixels({ left, top, width, height }));
  style(/** @type {HTMLElement} */ (box.firstElementChild), inPixels({ ...inner }));
}

/** @param {Record<string, number>} lengths */
function inPixels(lengths) {
  return Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, `${length}px`]));
}

/**
 * @param {HTMLElement} element
 * @param {Record<string, string>} values
 */
function style(element, values) {
  Object.assign(element.style, values);
}
