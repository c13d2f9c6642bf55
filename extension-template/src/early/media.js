/**
 * Media elements. The browser loads what `src` names by itself and sends no header of ours, so under the roots the
 * element gets an object URL of an authenticated download instead. To the page's code nothing changes: property and
 * attribute go on naming the original URL.
 *
 * The price: a video or PDF is downloaded whole before it shows, because an object URL cannot be filled piecemeal and
 * MediaSource plays only files that were fragmented for it. A service worker could add the header to the browser's own
 * range requests, but OHIF unregisters every service worker each time the page loads (init-service-worker.js), so
 * it would work by chance only. The download stops as soon as nobody wants it any more.
 *
 * Out of reach: elements that arrive as markup (innerHTML). The browser asks for their source, without the token,
 * before any script sees them. OHIF creates its elements through React and createElement, which is seen here.
 */

import { createLibrary } from './library.js';
import { createLoans } from './loans.js';

/** Element interface, and the attribute that names what it shows. */
const SOURCES = /** @type {const} */ ([
  ['HTMLImageElement', 'src'],
  ['HTMLMediaElement', 'src'],
  ['HTMLSourceElement', 'src'],
  ['HTMLEmbedElement', 'src'],
  ['HTMLIFrameElement', 'src'],
  ['HTMLObjectElement', 'data'],
]);

/**
 * @typedef {object} Held what an element was told to show
 * @property {string} raw as given
 * @property {string} url absolute
 * @property {import('./loans.js').Loan} loan
 */

/**
 * @param {Window & typeof globalThis} window call it after fetch is guarded
 * @param {(url: string) => boolean} guards
 */
export function guardMedia(window, guards) {
  const elements = window.Element.prototype;
  const native = {
    set: elements.setAttribute,
    get: elements.getAttribute,
    has: elements.hasAttribute,
    remove: elements.removeAttribute,
  };
  const library = createLibrary(window);
  /** @type {WeakMap<Element, Held>} */
  const held = new WeakMap();
  const lend = createLoans(window);

  /**
   * @param {Element} element
   * @param {string} attribute
   * @param {string} raw
   */
  function assign(element, attribute, raw) {
    drop(element);
    if (!guards(raw)) {
      native.set.call(element, attribute, raw);
      return;
    }
    native.remove.call(element, attribute);
    const url = new URL(raw, window.document.baseURI).href;
    const item = library.borrow(url, kindOf(window, element), native.get.call(element, 'type'));
    const loan = lend(element, item.release);
    const state = { raw, url, loan };
    held.set(element, state);
    item.url.then(
      objectUrl => {
        if (held.get(element) !== state || !loan.open) {
          return;
        }
        if (element instanceof window.HTMLImageElement) {
          // Once loaded, a picture needs its source no longer.
          element.addEventListener('load', loan.end, { once: true });
          element.addEventListener('error', loan.end, { once: true });
        }
        native.set.call(element, attribute, objectUrl);
      },
      () => {
        if (held.get(element) === state && loan.open) {
          loan.end();
          element.dispatchEvent(new window.Event('error'));
        }
      }
    );
  }

  /** @param {Element} element */
  function drop(element) {
    held.get(element)?.loan.end();
    held.delete(element);
  }

  for (const [name, attribute] of SOURCES) {
    const prototype = window[name].prototype;
    const descriptor = /** @type {Required<PropertyDescriptor>} */ (
      Object.getOwnPropertyDescriptor(prototype, attribute)
    );
    Object.defineProperty(prototype, attribute, {
      ...descriptor,
      get() {
        return held.get(this)?.url ?? descriptor.get.call(this);
      },
      set(value) {
        assign(this, attribute, String(value));
      },
    });
  }

  /**
   * @param {Element} element
   * @param {string} name
   */
  const isSource = (element, name) => sourceOf(window, element) === String(name).toLowerCase();

  /**
   * @this {Element}
   * @param {string} name
   * @param {string} value
   */
  elements.setAttribute = function (name, value) {
    if (isSource(this, name)) {
      assign(this, name, String(value));
    } else {
      native.set.call(this, name, value);
    }
  };
  /**
   * @this {Element}
   * @param {string} name
   */
  elements.getAttribute = function (name) {
    const state = held.get(this);
    return state && isSource(this, name) ? state.raw : native.get.call(this, name);
  };
  /**
   * @this {Element}
   * @param {string} name
   */
  elements.hasAttribute = function (name) {
    return (held.has(this) && isSource(this, name)) || native.has.call(this, name);
  };
  /**
   * @this {Element}
   * @param {string} name
   */
  elements.removeAttribute = function (name) {
    if (isSource(this, name)) {
      drop(this);
    }
    native.remove.call(this, name);
  };
}

/**
 * @param {Window & typeof globalThis} window
 * @param {Element} element
 * @returns {string | undefined}
 */
function sourceOf(window, element) {
  return SOURCES.find(([name]) => element instanceof window[name])?.[1];
}

/**
 * @param {Window & typeof globalThis} window
 * @param {Element} element
 * @returns {'image' | 'media' | 'document'}
 */
function kindOf(window, element) {
  if (element instanceof window.HTMLImageElement) {
    return 'image';
  }
  const plays = element instanceof window.HTMLMediaElement || element instanceof window.HTMLSourceElement;
  return plays ? 'media' : 'document';
}
