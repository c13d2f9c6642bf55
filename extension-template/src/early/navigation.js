/** Notices that the page moved to another address without being loaded anew. */

/**
 * @param {Window} window
 * @param {() => void} sync
 */
export function watchNavigation(window, sync) {
  const { history } = window;
  for (const method of /** @type {const} */ (['pushState', 'replaceState'])) {
    const native = history[method].bind(history);
    history[method] = (data, unused, url) => {
      native(data, unused, url);
      sync();
    };
  }
  // A link pasted over this page's that differs only after the `#` comes as popstate, without a load.
  window.addEventListener('popstate', sync);
  window.addEventListener('pageshow', sync);
}

/**
 * Forgets where the page came from: the address that it took the place of had the token in it (`navigation.activation.from`).
 *
 * @param {Window} window
 */
export function forgetArrival(window) {
  const { navigation } = /** @type {{navigation?: object}} */ (/** @type {unknown} */ (window));
  if (navigation) {
    Object.defineProperty(Object.getPrototypeOf(navigation), 'activation', { value: null });
  }
}
