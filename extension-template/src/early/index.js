/**
 * The first script of the page. Bundled into one IIFE and inlined into index.html ahead of every other resource, so
 * that the token has left the address bar before anything can read it there or send it on as a referrer.
 *
 * Importing it twice does nothing the second time.
 */

import { closeBorder } from './border.js';
import { readSettings } from './settings.js';
import { createKeeper } from './keeper.js';
import { createRoots } from './roots.js';
import { createCredential } from './credential.js';
import { guardXhr } from './xhr.js';
import { guardFetch } from './fetch.js';
import { guardMedia } from './media.js';
import { concerns, reasonOf, showsPixels } from './troubles.js';
import { watchNavigation } from './navigation.js';
import { createMessages } from '../messages.js';

/** @typedef {import('../../types/early.js').EarlyApi} EarlyApi */
/** @typedef {import('../../types/early.js').Trouble} Trouble */

const KEY = Symbol.for('ohifbuild');

/**
 * @param {Window & typeof globalThis} window
 * @returns {EarlyApi}
 */
export function start(window) {
  /** @type {Record<symbol, EarlyApi>} */
  const shared = /** @type {any} */ (window);
  if (shared[KEY]) {
    return shared[KEY];
  }
  const settings = readSettings(window);
  const keeper = createKeeper(window, settings);
  keeper.sync();
  closeBorder(window, settings);

  const guards = createRoots(settings.roots, () => window.document.baseURI, window.location.origin);
  const credential = createCredential(settings, guards, keeper.token);
  const messages = createMessages(window);
  /** @type {Set<(trouble: Trouble) => void>} */
  const listeners = new Set();
  let leaving = false; // requests that the browser cuts off when the page goes are nobody's fault
  window.addEventListener('pagehide', () => (leaving = true));
  window.addEventListener('pageshow', () => (leaving = false));

  /** @param {import('../../types/early.js').Answer} answer */
  function tell(answer) {
    if (showsPixels(answer)) {
      messages.pixels();
    }
    const reason = leaving ? undefined : reasonOf(answer, keeper.token(), Date.now());
    if (!reason) {
      return;
    }
    if (concerns(answer.url, keeper.state().studies)) {
      messages.show(reason);
    }
    for (const listener of listeners) {
      listener(Object.freeze({ reason, status: answer.status }));
    }
  }

  guardXhr(window, credential, tell);
  guardFetch(window, credential, tell);
  guardMedia(window, credential.guards);

  function sync() {
    const before = keeper.state();
    const state = keeper.sync();
    if (state.status !== before.status || state.studies.join() !== before.studies.join()) {
      messages.link(state.status);
    }
    return state;
  }
  watchNavigation(window, settings, sync);
  messages.link(keeper.state().status);

  /** @type {EarlyApi} */
  const api = Object.freeze({
    settings,
    link: keeper.state,
    sync,
    guards,
    /** @param {string} url */
    headers(url) {
      const value = credential.value();
      return guards(url) && value !== undefined ? { [credential.name]: value } : /** @type {Record<string, string>} */ ({});
    },
    report: messages.show,
    /** @param {(trouble: Trouble) => void} listener */
    onRefused(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  Object.defineProperty(window, KEY, { value: api });
  return api;
}

if (typeof window !== 'undefined') {
  // One chunk of the published 3.12.10 reads Node's `__filename` without asking whether there is one, and OHIF stops there
  // on every second load (whenever document.currentScript is null). As a global it is undefined, and does no harm.
  Object.assign(window, { __filename: undefined });
  start(window);
}
