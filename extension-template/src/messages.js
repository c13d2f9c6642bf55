/**
 * Shows the user in the page what is wrong. Before images have arrived the message covers the page, so that no empty
 * viewer, tour or error dialog of OHIF's shows with it. Afterwards it is a notice that the user can close.
 */

import { textsFor } from './texts/index.js';

/** @typedef {import('../types/early.js').Reason} Reason */

/** Most severe first: only a more severe message replaces another one. @type {readonly Reason[]} */
const SEVERITY = [
  'broken',
  'bad-token',
  'bad-link',
  'no-token',
  'expired',
  'refused',
  'not-found',
  'unreachable',
  'outside',
];
/** Reasons for which a second attempt may succeed. @type {readonly Reason[]} */
const TEMPORARY = ['unreachable', 'not-found', 'broken'];

const ID = 'ohifbuild-message';
const COVERED = 'data-ohifbuild-message';
// The element is beside body, not in it, because OHIF's dialogs make everything in body inert.
const STYLE = `
html[${COVERED}] body { visibility: hidden !important }
#${ID} { all: initial; position: fixed; z-index: 2147483647; box-sizing: border-box; pointer-events: auto;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #e8eef7; color-scheme: dark }
#${ID} * { box-sizing: border-box }
#${ID}.cover { inset: 0; display: flex; padding: 24px; overflow: auto; background: #05091f }
#${ID}.notice { inset: auto 0 0; display: flex; justify-content: center; padding: 16px; pointer-events: none }
#${ID} .card { margin: auto; width: 100%; max-width: 560px; padding: 32px; border-radius: 12px; background: #0f1b3d;
  border: 1px solid #2b3f73; border-top: 4px solid #5acce6; pointer-events: auto }
#${ID}.notice .card { margin: 0; padding: 16px 20px; max-width: 760px; box-shadow: 0 8px 32px #000c }
#${ID} h1 { all: unset; display: block; margin-bottom: 12px; font-size: 24px; line-height: 1.3; font-weight: 600; color: #fff }
#${ID}.notice h1 { font-size: 18px; margin-bottom: 4px }
#${ID} p { margin: 0 0 12px } #${ID}.notice p { margin: 0 0 4px }
#${ID} .actions { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 20px } #${ID}.notice .actions { margin-top: 12px }
#${ID} button { all: unset; cursor: pointer; padding: 8px 20px; min-height: 28px; border-radius: 8px; background: #5acce6; color: #05091f; font-weight: 600 }
#${ID} button.quiet { background: none; color: #e8eef7; box-shadow: inset 0 0 0 1px #6b80b8 }
#${ID} button:focus-visible { outline: 3px solid #fff; outline-offset: 2px }
@media print { #${ID}.notice { display: none } }`;

/**
 * Creates the messages of one page.
 *
 * @param {Window} window
 */
export function createMessages(window) {
  const { document } = window;
  /** @type {Reason | undefined} */
  let shown;
  let hasImages = false;
  /** Messages that the user has closed are not shown again for this link. @type {Set<Reason>} */
  const closed = new Set();

  /** @param {Reason} reason */
  function show(reason) {
    const moreSevere = shown === undefined || SEVERITY.indexOf(reason) < SEVERITY.indexOf(shown);
    if (moreSevere && !closed.has(reason)) {
      shown = reason;
      whenReady(document, render);
    }
  }

  function hide() {
    shown = undefined;
    render();
  }

  /** To be called when images have arrived: the page shows something, and the archive can be reached. */
  function imagesArrived() {
    hasImages = true;
    if (shown === 'unreachable') {
      hide();
    } else if (shown) {
      whenReady(document, render);
    }
  }

  /**
   * To be called when the page has another link: the messages of the previous one no longer apply.
   *
   * @param {import('../types/early.js').LinkStatus} status
   */
  function linkChanged(status) {
    closed.clear();
    hasImages = false;
    hide();
    if (status !== 'ready' && status !== 'leaving') {
      show(status);
    }
  }

  function render() {
    const present = document.getElementById(ID);
    const covers = shown !== undefined && !hasImages;
    document.documentElement.toggleAttribute(COVERED, covers);
    const className = covers ? 'cover' : 'notice';
    if (present && present.dataset.reason === shown && present.className === className) {
      return;
    }
    present?.remove();
    if (shown) {
      addStyle(document);
      document.documentElement.append(build(shown, className));
    }
  }

  /**
   * @param {Reason} reason
   * @param {string} className
   */
  function build(reason, className) {
    const { language, texts } = textsFor(window.navigator.languages ?? []);
    const [title, what, advice] = texts[reason];
    const heading = element('h1', title);
    heading.id = `${ID}-title`;
    const actions = element('div');
    actions.className = 'actions';
    if (TEMPORARY.includes(reason)) {
      actions.append(button(texts.retry, '', () => window.location.reload()));
    }
    if (className === 'notice') {
      actions.append(
        button(texts.close, 'quiet', () => {
          closed.add(reason);
          hide();
        })
      );
    }
    const card = element('div');
    card.className = 'card';
    card.append(heading, element('p', what), element('p', advice), ...(actions.childElementCount ? [actions] : []));
    const box = element('div');
    Object.assign(box, { id: ID, className, lang: language });
    box.dataset.reason = reason;
    box.setAttribute('role', 'alert');
    box.setAttribute('aria-labelledby', heading.id);
    box.append(card);
    return box;
  }

  /**
   * @param {string} name
   * @param {string} [text]
   */
  function element(name, text = '') {
    const created = document.createElement(name);
    created.textContent = text;
    return created;
  }

  /**
   * @param {string} label
   * @param {string} className
   * @param {() => void} act
   */
  function button(label, className, act) {
    const created = element('button', label);
    Object.assign(created, { type: 'button', className });
    created.addEventListener('click', act);
    return created;
  }

  return { show, imagesArrived, linkChanged };
}

/** @param {Document} document */
function addStyle(document) {
  if (!document.getElementById(`${ID}-style`)) {
    const style = document.createElement('style');
    style.id = `${ID}-style`;
    style.textContent = STYLE;
    document.head.append(style);
  }
}

/**
 * @param {Document} document
 * @param {() => void} act
 */
function whenReady(document, act) {
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', act, { once: true });
  } else {
    act();
  }
}
