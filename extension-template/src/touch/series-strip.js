/** The series as a strip of thumbnails. */

import { element } from './elements.js';

/** The first image in the viewport goes before the pictures, as in OHIF's own panel. */
const LATER_MS = 300;

/**
 * @typedef {object} Series
 * @property {string} id of OHIF's display set
 * @property {string} name
 * @property {string} modality
 * @property {boolean} shows whether the release can show it
 */

/**
 * Creates the strip.
 *
 * @param {Document} document
 * @param {object} host
 * @param {import('./texts.js').Words} host.words
 * @param {(id: string) => void} host.open
 * @param {(id: string) => Promise<string | undefined>} host.picture
 */
export function createSeriesStrip(document, { words, open, picture }) {
  const strip = element(document, 'div', { className: 'strip', role: 'group', 'aria-label': words.series });
  /** @type {Map<string, HTMLElement>} */
  const buttons = new Map();

  /** @param {Series} series */
  function button({ id, name, modality, shows }) {
    const field = element(document, 'span', { className: 'picture' }, shows ? modality : words.unsupported);
    const title = element(document, 'span', { className: 'name' }, name || modality || '–');
    const created = element(document, 'button', { type: 'button' }, field, title);
    /** @type {HTMLButtonElement} */ (created).disabled = !shows;
    created.addEventListener('click', () => open(id));
    setTimeout(() => {
      picture(id)
        .then(src => src && field.replaceChildren(element(document, 'img', { src, alt: '' })))
        .catch(() => {}); // the modality stands there
    }, LATER_MS);
    return created;
  }

  /**
   * @param {readonly Series[]} series
   * @param {readonly string[]} shown ids of the display sets in the viewport
   */
  function update(series, shown) {
    const ids = series.map(({ id }) => id);
    for (const [id, each] of buttons) {
      if (!ids.includes(id)) {
        each.remove();
        buttons.delete(id);
      }
    }
    series.forEach((each, at) => {
      const present = buttons.get(each.id) ?? button(each);
      buttons.set(each.id, present);
      if (strip.children[at] !== present) {
        strip.insertBefore(present, strip.children[at] ?? null);
      }
      const current = shown.includes(each.id);
      if (current && present.getAttribute('aria-current') !== 'true') {
        present.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
      }
      present.setAttribute('aria-current', String(current));
    });
  }

  return { strip, update };
}
