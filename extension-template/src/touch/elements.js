/** Elements and icons of the tool bar. */

const SVG = 'http://www.w3.org/2000/svg';

/** Lines on a field of 24 by 24. */
export const ICONS = {
  scroll: 'M12 3v18M8 7l4-4 4 4M8 17l4 4 4-4',
  zoom: 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21M10.5 7.5v6M7.5 10.5h6',
  contrast: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 3v18M12 7h6M12 11h8.5M12 15h7.5',
  reset: 'M4 12a8 8 0 1 0 3-6.2M4 4v4.5h4.5',
  play: 'M7 4l13 8-13 8z',
  pause: 'M8 4v16M16 4v16',
  series: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  all: 'M5 12h.01M12 12h.01M19 12h.01',
};

/**
 * Creates an element.
 *
 * @param {Document} document
 * @param {string} name of the tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(document, name, properties = {}, ...children) {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'className') {
      created.className = String(value);
    } else {
      created.setAttribute(key, String(value));
    }
  }
  created.append(...children);
  return created;
}

/**
 * Creates an icon.
 *
 * @param {Document} document
 * @param {keyof typeof ICONS} name
 */
export function icon(document, name) {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', ICONS[name]);
  drawing.append(line);
  return drawing;
}
