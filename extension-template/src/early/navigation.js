/** Notices that the page moved to another address without being loaded anew. */

import { readLink } from './link.js';
import { chooseToken } from './token.js';

/**
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 * @param {() => void} sync
 */
export function watchNavigation(window, settings, sync) {
  const { history, location } = window;
  for (const method of /** @type {const} */ (['pushState', 'replaceState'])) {
    const native = history[method].bind(history);
    history[method] = (data, unused, url) => {
      native(data, unused, url);
      sync();
    };
  }
  window.addEventListener('popstate', sync);
  window.addEventListener('hashchange', event => {
    // A link pasted over this page's that differs only after the `#` brings a token without a load. What failed with the
    // old token is not asked again by OHIF, so the page starts over. (popstate, which comes first, has kept the token.)
    // With storage `memory` a load would lose it again: there OHIF's router, which heard popstate too, has to do.
    // One that is no good brings its message, and there is nothing to start over with.
    const { tokens } = readLink(new URL(event.newURL), settings.tokenParam);
    if (settings.storage === 'tab' && chooseToken(tokens).token) {
      location.reload();
    }
  });
}
