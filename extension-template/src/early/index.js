/**
 * The first script of the page. Bundled into one IIFE and inlined into index.html ahead of every other resource, so
 * that the token has left the address bar before anything can read it there or send it on as a referrer.
 *
 * Importing it twice does nothing the second time.
 */

import { createRoots } from '../contract/place.js';
import { readSettings } from '../contract/settings.js';
import { createMessages } from '../messages.js';
import { closeBorder, closePage } from './border.js';
import { createCredential } from './credential.js';
import { guardFetch } from './fetch.js';
import { createLinkState } from './link-state.js';
import { guardMedia } from './media.js';
import { forgetArrival, watchNavigation } from './navigation.js';
import { createScope } from './scope.js';
import { createTokenStore } from './token-store.js';
import { createTransport } from './transport.js';
import { concerns, reasonOf, showsPixels } from './troubles.js';
import { guardXhr } from './xhr.js';

/** @typedef {import('../../types/early.js').EarlyApi} EarlyApi */
/** @typedef {import('../../types/early.js').Trouble} Trouble */

const KEY = Symbol.for('ohifbuild');

/**
 * @param {Window & typeof globalThis} window
 * @param {(address: string) => void} [leave] puts another page in this one's place
 * @returns {EarlyApi}
 */
export function start(window, leave = address => window.location.replace(address)) {
  /** @type {Record<symbol, EarlyApi>} */
  const shared = /** @type {any} */ (window);
  if (!shared[KEY]) {
    const api = startOrRefuse(window, leave);
    Object.defineProperty(window, KEY, { value: api });
  }
  return shared[KEY];
}

/**
 * A page that cannot be guarded loads nothing at all, and says so.
 *
 * @param {Window & typeof globalThis} window
 * @param {(address: string) => void} leave
 * @returns {EarlyApi}
 */
function startOrRefuse(window, leave) {
  const messages = createMessages(window);
  try {
    return begin(window, leave, messages);
  } catch {
    closePage(window);
    messages.show('broken');
    const link = () => /** @type {const} */ ({ status: 'broken', studies: [] });
    const settings = readSettings(window);
    const nothing = () => undefined;
    return Object.freeze({
      settings,
      link,
      sync: link,
      guards: () => true,
      headers: () => ({}),
      report: nothing,
      onRefused: () => nothing,
    });
  }
}

/**
 * @param {Window & typeof globalThis} window
 * @param {(address: string) => void} leave
 * @param {ReturnType<typeof createMessages>} messages
 * @returns {EarlyApi}
 */
function begin(window, leave, messages) {
  const settings = readSettings(window);
  const links = createLinkState(window, settings, createTokenStore(window, settings), leave);
  const { status } = links.sync();
  if (status === 'ready') {
    void window.localStorage.length; // throws where the browser gives the page no storage; OHIF stops there without a word
  }
  closeBorder(window, settings);
  // Without a link that holds there is nothing to show but a message, and the page that leaves is taken the place of.
  const bare = status !== 'ready' && window.document.readyState === 'loading';
  if (bare) {
    window.document.write('<plaintext hidden>'); // what follows in the page is not loaded
  }

  const locate = createRoots(settings.roots, () => window.document.baseURI, window.location.origin);
  const scope = createScope(settings, locate, links.state);
  const credential = createCredential(window, settings, links.token);
  /** @type {Set<(trouble: Trouble) => void>} */
  const listeners = new Set();
  let gone = false; // requests that the browser cuts off when the page goes are nobody's fault
  window.addEventListener('pagehide', () => (gone = true));
  window.addEventListener('pageshow', () => (gone = false));

  /** @param {import('../../types/early.js').Answer} answer */
  function tell(answer) {
    if (showsPixels(answer)) {
      messages.pixels();
    }
    const leaves = links.state().status === 'leaving';
    const reason = gone || leaves ? undefined : reasonOf(answer, links.token(), Date.now() / 1000);
    if (!reason) {
      return;
    }
    if (answer.outside || concerns(answer.url, links.state().studies)) {
      messages.show(reason);
    }
    for (const listener of listeners) {
      listener(Object.freeze({ reason, status: answer.status }));
    }
  }

  const send = createTransport(window, scope, credential, tell);
  guardXhr(window, scope, credential, send);
  guardFetch(window, scope, credential, send);
  guardMedia(window, url => locate(url) !== undefined);

  let said = links.state();
  function sync() {
    const state = links.sync();
    if (state.status !== said.status || state.studies.join() !== said.studies.join()) {
      messages.link(state.status);
    }
    said = state;
    if (bare && state.status === 'ready') {
      window.location.reload();
    }
    return state;
  }
  forgetArrival(window);
  watchNavigation(window, sync);
  messages.link(said.status);

  return Object.freeze({
    settings,
    link: links.state,
    sync,
    /** @param {string} url */
    guards: url => locate(url) !== undefined,
    /** @param {string} url */
    headers(url) {
      const value = scope.judge('GET', url)?.permitted ? credential.value() : undefined;
      return value === undefined ? /** @type {Record<string, string>} */ ({}) : { [credential.name]: value };
    },
    report: messages.show,
    /** @param {(trouble: Trouble) => void} listener */
    onRefused(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
}

if (typeof window !== 'undefined') {
  // One chunk of the published 3.12.10 reads Node's `__filename` without asking whether there is one, and OHIF stops there
  // on every second load (whenever document.currentScript is null). As a global it is undefined, and does no harm.
  Object.assign(window, { __filename: undefined });
  start(window);
}
