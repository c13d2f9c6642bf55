/**
 * Notices that a part of the viewer's own code cannot be loaded. After an upgrade of the server an open page asks for
 * files that are gone, and OHIF leaves an empty view.
 */

/**
 * Calls `onMissing` if a script or a style sheet of this origin, or a module, could not be loaded.
 *
 * @param {Window & typeof globalThis} window
 * @param {() => void} onMissing
 */
export function watchCode(window, onMissing) {
  const { origin } = window.location;

  /** @param {string | undefined} url */
  function isOwn(url) {
    return url !== undefined && new URL(url, window.document.baseURI).origin === origin;
  }

  // The event of an element that did not load does not bubble; the window sees it in the capture phase only.
  window.addEventListener(
    'error',
    ({ target }) => {
      const script = target instanceof window.HTMLScriptElement && isOwn(target.src || undefined);
      const style = target instanceof window.HTMLLinkElement && target.rel === 'stylesheet' && isOwn(target.href);
      if (script || style) {
        onMissing();
      }
    },
    true
  );
  window.addEventListener('unhandledrejection', ({ reason }) => {
    if (isMissingCode(reason) && isOwn(urlIn(reason) ?? origin)) {
      onMissing();
    }
  });
}

/**
 * Whether an error says that code could not be loaded: webpack's `ChunkLoadError`, or what Chromium, Firefox and Safari
 * say about a failed dynamic import, in this order.
 *
 * @param {any} error
 */
function isMissingCode(error) {
  const said = /^(?:Failed to fetch dynamically imported|error loading dynamically imported|Importing a) module/i;
  return error?.name === 'ChunkLoadError' || error?.code === 'CSS_CHUNK_LOAD_FAILED' || said.test(error?.message ?? '');
}

/**
 * @param {any} error
 * @returns {string | undefined}
 */
function urlIn(error) {
  const [url] = /https?:\/\/[^\s)]+/.exec(String(error?.message ?? '')) ?? [];
  return error?.request ?? url;
}
