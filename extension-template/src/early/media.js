/**
 * Guards media elements. The browser itself loads what `src` names, without the token's header. So under the roots the
 * element gets an object URL of a download with the token. The page's code sees no difference: property and attribute
 * still have the original URL.
 *
 * Videos and sound play while they arrive, if the page can have a service worker: see `media-streams.js`. Images, and
 * documents, are downloaded completely before they show. Images are small, and several elements share a download; no
 * browser shows a worker the requests of `<object>` and `<embed>` (Service Workers, "Handle Fetch"). A download stops when
 * no element needs it any more.
 *
 * Not guarded: elements that arrive as markup (innerHTML). The browser requests their source, without the token, before
 * any script sees them. OHIF creates its elements through React and createElement, which this module does see.
 */

import { createBlobCache } from './blob-cache.js';
import { createLifetimes } from './element-lifetime.js';
import { createMediaStreams } from './media-streams.js';
import { createWorkerControl } from './worker-control.js';

/** Element interfaces, and the attribute that names what each shows. */
const SOURCE_ATTRIBUTES = /** @type {const} */ ([
  ['HTMLImageElement', 'src'],
  ['HTMLMediaElement', 'src'],
  ['HTMLSourceElement', 'src'],
  ['HTMLEmbedElement', 'src'],
  ['HTMLIFrameElement', 'src'],
  ['HTMLObjectElement', 'data'],
]);

/**
 * @typedef {object} Source what an element shows
 * @property {string} raw as the page's code set it
 * @property {string} url absolute
 * @property {import('./element-lifetime.js').Lifetime} lifetime
 */

/**
 * Replaces the attribute methods of all elements, and the source property of media elements.
 *
 * @param {Window & typeof globalThis} window its fetch must be guarded already
 * @param {(url: string) => boolean} isGuarded whether a URL is under the roots
 * @param {string} worker path of the service worker's script; '' if the dist has none
 * @param {{loaded: () => void, failed: (url: string, status: import('../contract/answers.js').Status) => void}} on
 *   what became of a video or a document
 */
export function guardMedia(window, isGuarded, worker, on) {
  const elements = window.Element.prototype;
  const native = {
    set: elements.setAttribute,
    get: elements.getAttribute,
    has: elements.hasAttribute,
    remove: elements.removeAttribute,
  };
  const cache = createBlobCache(window);
  const control = createWorkerControl(window, worker);
  const streams = createMediaStreams(window, worker.replace(/\.js$/, '/'), control, cache);
  const watchLifetime = createLifetimes(window);
  /** @type {WeakMap<Element, Source>} */
  const sources = new WeakMap();

  /**
   * @param {Element} element
   * @param {string} attribute
   * @param {string} raw
   */
  function setSource(element, attribute, raw) {
    removeSource(element);
    if (!isGuarded(raw)) {
      native.set.call(element, attribute, raw);
      return;
    }
    native.remove.call(element, attribute);
    const url = new URL(raw, window.document.baseURI).href;
    const kind = kindOf(window, element);
    const download =
      kind === 'media'
        ? streams.acquire(url, status => sources.get(element)?.lifetime.active && on.failed(url, status))
        : cache.acquire(url, kind, native.get.call(element, 'type'));
    const lifetime = watchLifetime(element, download.release);
    const source = { raw, url, lifetime };
    sources.set(element, source);
    download.url.then(
      objectUrl => {
        if (sources.get(element) !== source || !lifetime.active) {
          return;
        }
        if (element instanceof window.HTMLImageElement) {
          // A loaded image no longer needs its object URL.
          element.addEventListener('load', lifetime.end, { once: true });
          element.addEventListener('error', lifetime.end, { once: true });
        }
        if (element instanceof window.HTMLMediaElement && !element.isConnected) {
          // Cornerstone draws a video that never joins the page, and draws its first picture only while it is paused.
          // Chromium does not start such a video by itself. Firefox and WebKit do, and nothing would be drawn.
          element.autoplay = false;
        }
        native.set.call(element, attribute, objectUrl);
        if (kind !== 'image') {
          on.loaded();
        }
      },
      error => {
        if (sources.get(element) === source && lifetime.active) {
          lifetime.end();
          if (kind !== 'image') {
            on.failed(url, error?.status ?? 0);
          }
          element.dispatchEvent(new window.Event('error'));
        }
      }
    );
  }

  /** @param {Element} element */
  function removeSource(element) {
    sources.get(element)?.lifetime.end();
    sources.delete(element);
  }

  for (const [name, attribute] of SOURCE_ATTRIBUTES) {
    const { prototype } = window[name];
    const descriptor = /** @type {Required<PropertyDescriptor>} */ (
      Object.getOwnPropertyDescriptor(prototype, attribute)
    );
    Object.defineProperty(prototype, attribute, {
      ...descriptor,
      get() {
        return sources.get(this)?.url ?? descriptor.get.call(this);
      },
      set(value) {
        setSource(this, attribute, String(value));
      },
    });
  }

  /**
   * @param {Element} element
   * @param {string} name
   */
  const isSource = (element, name) => sourceAttribute(window, element) === String(name).toLowerCase();

  /**
   * @this {Element}
   * @param {string} name
   * @param {string} value
   */
  elements.setAttribute = function (name, value) {
    if (isSource(this, name)) {
      setSource(this, name, String(value));
    } else {
      native.set.call(this, name, value);
    }
  };
  /**
   * @this {Element}
   * @param {string} name
   */
  elements.getAttribute = function (name) {
    const source = sources.get(this);
    return source && isSource(this, name) ? source.raw : native.get.call(this, name);
  };
  /**
   * @this {Element}
   * @param {string} name
   */
  elements.hasAttribute = function (name) {
    return (sources.has(this) && isSource(this, name)) || native.has.call(this, name);
  };
  /**
   * @this {Element}
   * @param {string} name
   */
  elements.removeAttribute = function (name) {
    if (isSource(this, name)) {
      removeSource(this);
    }
    native.remove.call(this, name);
  };
}

/**
 * @param {Window & typeof globalThis} window
 * @param {Element} element
 * @returns {string | undefined}
 */
function sourceAttribute(window, element) {
  return SOURCE_ATTRIBUTES.find(([name]) => element instanceof window[name])?.[1];
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
