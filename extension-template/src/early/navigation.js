/** Notices when the page's address changes without a load. */

/**
 * Calls `onNavigation` after every change of the address that the page or the user makes.
 *
 * @param {Window} window
 * @param {() => void} onNavigation
 */
export function watchNavigation(window, onNavigation) {
  const { history } = window;
  for (const method of /** @type {const} */ (['pushState', 'replaceState'])) {
    const native = history[method].bind(history);
    history[method] = (data, unused, url) => {
      native(data, unused, url);
      onNavigation();
    };
  }
  // A link that a user pastes over this one, and that differs only after the `#`, causes popstate and no load.
  window.addEventListener('popstate', onNavigation);
  window.addEventListener('pageshow', onNavigation);
}

/**
 * Removes the previous page's address from `navigation.activation.from`: it has the token if this page replaced it.
 *
 * @param {Window} window
 */
export function clearActivation(window) {
  const { navigation } = /** @type {{navigation?: object}} */ (/** @type {unknown} */ (window));
  if (navigation) {
    Object.defineProperty(Object.getPrototypeOf(navigation), 'activation', { value: null });
  }
}
