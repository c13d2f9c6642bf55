/**
 * Provides the modules that the build has moved into a script that loads after the first image.
 *
 * The bundler's factory of such a module is a call of `ohifbuildLater(id, names)`. What it returns gives the importer an
 * `exports` object whose names are getters. The first one that is read evaluates the module, so nothing runs that nothing
 * uses. A module whose exports are not known beforehand is evaluated when it is required. If its script has not arrived by
 * then, it is loaded at once, and the page waits.
 */

/** @typedef {import('../../types/early.js').StartupFiles} StartupFiles */
/** @typedef {(module: {exports: object}, exports: object, require: Require) => void} Factory */
/** @typedef {((id: string | number) => unknown) & {m: Record<string, Factory>}} Require */

const PROVIDER = 'ohifbuildLater';
const RENDERED = 'CORNERSTONE_IMAGE_RENDERED';
/** After this time without an image (a document, a message), in milliseconds from the page's load. */
const PATIENCE_MS = 5000;

/**
 * Provides the later modules of this page.
 *
 * @param {Window & typeof globalThis} window
 * @param {string} url of the script with the modules; '' if the build has moved none
 * @param {boolean} [soon] whether the page may well need them before its first image, as another mode does
 */
export function provideLaterModules(window, url, soon = false) {
  if (!url) {
    return;
  }
  const { document, XMLHttpRequest } = window;
  /** Evaluates what has been required and not used. @type {Set<() => void>} */
  const waiting = new Set();
  let begun = false;

  Object.defineProperty(window, PROVIDER, { value: provide });
  if (soon) {
    // Fetched, not run: until the page has loaded its first scripts, they would take their places back.
    const link = document.createElement('link');
    for (const [name, value] of Object.entries({ rel: 'preload', as: 'script', href: url })) {
      link.setAttribute(name, value);
    }
    document.head.append(link);
  }
  document.addEventListener(RENDERED, load, { capture: true, once: true });
  window.addEventListener('load', () => window.setTimeout(load, PATIENCE_MS), { once: true });

  /**
   * @param {string | number} id of the module
   * @param {readonly string[]} [names] that it exports; undefined if they are not known
   * @returns {Factory}
   */
  function provide(id, names) {
    return stub;

    /** @type {Factory} */
    function stub(module, exports, require) {
      if (!names) {
        evaluate();
        return;
      }
      waiting.add(evaluate);
      for (const name of names) {
        Object.defineProperty(exports, name, {
          configurable: true,
          enumerable: name !== '__esModule',
          get() {
            evaluate();
            return /** @type {any} */ (exports)[name];
          },
        });
      }

      function evaluate() {
        if (names && !waiting.has(evaluate)) {
          return;
        }
        if (require.m[id] === stub) {
          loadNow();
        }
        if (require.m[id] === stub) {
          throw new Error(`The module ${id} could not be loaded.`);
        }
        waiting.delete(evaluate);
        names?.forEach(name => delete (/** @type {any} */ (exports)[name]));
        require.m[id].call(exports, module, exports, require);
      }
    }
  }

  function loadNow() {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.send();
    if (request.status === 200) {
      // The text is a script of this viewer; a script element would not run before the page goes on.
      (0, /** @type {any} */ (window).eval)(`${request.responseText}\n//# sourceURL=${url}`);
    }
  }

  function load() {
    if (begun) {
      return;
    }
    begun = true;
    const script = document.createElement('script');
    script.src = url;
    script.async = true;
    script.addEventListener('load', () => afterwards(evaluateNext));
    document.head.append(script);
  }

  /** The rest is evaluated too, in pauses of the page: a module may do something that others rely on without its exports. */
  function evaluateNext() {
    const [next] = waiting;
    next?.();
    if (waiting.size) {
      afterwards(evaluateNext);
    }
  }

  /** @param {() => void} act */
  function afterwards(act) {
    if (window.requestIdleCallback) {
      window.requestIdleCallback(act, { timeout: 2000 });
    } else {
      window.setTimeout(act, 50);
    }
  }
}
