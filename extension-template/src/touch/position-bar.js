/** The bar at the image's side: which slice of how many it is. A finger on it goes to any slice at once. */

import { element } from './elements.js';
import { positionText } from './texts.js';

const KEYS = /** @type {Record<string, number>} */ ({
  ArrowDown: 1,
  ArrowRight: 1,
  ArrowUp: -1,
  ArrowLeft: -1,
  PageDown: 10,
  PageUp: -10,
});

/**
 * Creates the bar.
 *
 * @param {Document} document
 * @param {import('./texts.js').Words} words
 * @param {(index: number) => void} jump
 */
export function createPositionBar(document, words, jump) {
  const mark = element(document, 'div', { className: 'mark' });
  const number = element(document, 'div', { className: 'number' });
  const bar = element(
    document,
    'div',
    { className: 'position', role: 'slider', tabindex: 0, 'aria-orientation': 'vertical', 'aria-label': words.scroll },
    mark,
    number
  );
  let [index, count] = [0, 0];

  /** @param {PointerEvent} event */
  function follow(event) {
    const { top, height } = bar.getBoundingClientRect();
    const wanted = Math.round(((event.clientY - top) / height) * (count - 1));
    if (wanted !== index && count > 1) {
      jump(Math.max(0, Math.min(count - 1, wanted)));
    }
  }
  bar.addEventListener('pointerdown', event => {
    bar.setPointerCapture?.(event.pointerId);
    follow(event);
  });
  bar.addEventListener('pointermove', event => {
    if (event.buttons) {
      follow(event);
    }
  });
  bar.addEventListener('keydown', event => {
    const ends = /** @type {Record<string, number>} */ ({ Home: 0, End: count - 1 });
    const wanted = ends[event.key] ?? index + (KEYS[event.key] ?? NaN);
    if (!Number.isNaN(wanted)) {
      event.preventDefault();
      event.stopPropagation();
      jump(Math.max(0, Math.min(count - 1, wanted)));
    }
  });

  /**
   * @param {number} at the slice that is shown, from 0
   * @param {number} of how many
   */
  function update(at, of) {
    if (at === index && of === count) {
      return;
    }
    [index, count] = [at, of];
    const place = `${(at / Math.max(1, of - 1)) * 100}%`;
    mark.style.top = number.style.top = place;
    number.textContent = `${at + 1} / ${of}`;
    bar.setAttribute('aria-valuemin', '1');
    bar.setAttribute('aria-valuemax', String(of));
    bar.setAttribute('aria-valuenow', String(at + 1));
    bar.setAttribute('aria-valuetext', positionText(words.position, at + 1, of));
  }

  return { bar, update };
}
