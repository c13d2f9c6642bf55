/** Notices that the page moved to another address without being loaded anew. */

/**
 * @param {Window} window
 * @param {() => void} sync
 * @param {(href: string) => void} follow
 */
export function watchNavigation(window, sync, follow) {
  const { history } = window;
  for (const method of /** @type {const} */ (['pushState', 'replaceState'])) {
    const native = history[method].bind(history);
    history[method] = (data, unused, url) => {
      native(data, unused, url);
      sync();
    };
  }
  window.addEventListener('popstate', sync);
  window.addEventListener('pageshow', sync);
  // A link pasted over this page's that differs only after the `#` brings a token without a load. What failed with the old
  // token is not asked again by OHIF, so the page starts over.
  window.addEventListener('hashchange', event => follow(event.newURL));
}
