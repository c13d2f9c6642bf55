/**
 * The element of one message. One that covers the page is a dialog, which takes the focus. A notice is a region beside
 * the page; screen readers say its text, and the focus stays where it is.
 */

import { ID } from './message-style.js';

/**
 * @typedef {object} Content
 * @property {boolean} covers
 * @property {string} language of the texts
 * @property {readonly string[]} lines title first
 * @property {string} contact the last line; may be empty
 * @property {{label: string, act: () => void}[]} actions the main one first
 */

/**
 * Creates the element.
 *
 * @param {Document} document
 * @param {Content} content
 * @returns {HTMLElement}
 */
export function createCard(document, { covers, language, lines, contact, actions }) {
  const [title, ...text] = lines;
  const heading = element('h1', title, { id: `${ID}-title` });
  const words = element('div', '', { id: `${ID}-text` });
  words.append(...text.map(line => element('p', line)));
  if (contact) {
    words.append(element('p', contact, { className: 'contact' }));
  }
  const said = element('div');
  said.append(heading, words);
  const card = element('div', '', { className: 'card' });
  card.append(said);
  if (actions.length) {
    const row = element('div', '', { className: 'actions' });
    row.append(...actions.map(({ label, act }, index) => button(label, index ? 'quiet' : '', act)));
    card.append(row);
  }
  const box = element('div', '', { id: ID, className: covers ? 'cover' : 'notice', lang: language });
  box.setAttribute('aria-labelledby', heading.id);
  if (covers) {
    box.setAttribute('role', 'alertdialog');
    box.setAttribute('aria-modal', 'true');
    box.setAttribute('aria-describedby', words.id);
    card.tabIndex = -1;
  } else {
    box.setAttribute('role', 'region');
    said.setAttribute('role', 'alert');
  }
  box.append(card);
  return box;

  /**
   * @param {string} name
   * @param {string} [content]
   * @param {Partial<HTMLElement>} [properties]
   */
  function element(name, content = '', properties = {}) {
    const created = document.createElement(name);
    created.textContent = content;
    return Object.assign(created, properties);
  }

  /**
   * @param {string} label
   * @param {string} className
   * @param {() => void} act
   */
  function button(label, className, act) {
    const created = element('button', label, { className });
    created.setAttribute('type', 'button');
    created.addEventListener('click', act);
    return created;
  }
}
