/**
 * Knows the link in effect and its token: captures it, clears it from the address bar, keeps it for the tab.
 *
 * A token is kept under the studies it came with, so another link in the same tab never inherits it, while reload, back
 * and forward find it again. sessionStorage belongs to the tab; a duplicated tab, or a window that this page opens,
 * starts with a copy of it. That copy is accepted: it lies in the same browser, for the same origin, and opens only
 * the same studies; refusing it would break "duplicate tab" and OHIF's second-monitor windows and protect nothing.
 */

import { readLink } from './link.js';
import { chooseToken } from './token.js';

/** @typedef {import('../../types/early.js').LinkState} LinkState */
/** @typedef {import('../../types/early.js').LinkStatus} LinkStatus */

/** Key of the token that came with the work list itself, which names no study. */
const LIST = 'list';

/**
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 */
export function createKeeper(window, settings) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  /** Links whose last token was no good, so that the page goes on saying so when OHIF rewrites the address. @type {Set<string>} */
  const spoilt = new Set();
  const replace = window.history.replaceState.bind(window.history);
  const prefix = `ohifbuild:${settings.publicUrl}:`;
  /** @type {LinkState} */
  let state = Object.freeze({ status: 'no-token', studies: Object.freeze([]) });
  /** @type {string | undefined} */
  let token;

  /**
   * @param {string} key
   * @returns {string | undefined}
   */
  function recall(key) {
    return memory.get(key) ?? stored(key);
  }

  /** @param {string} key */
  function stored(key) {
    try {
      const value = settings.storage === 'tab' ? window.sessionStorage.getItem(prefix + key) : null;
      return value === null ? undefined : chooseToken([encodeURIComponent(value)]).token;
    } catch {
      return undefined; // storage switched off: memory alone, as if configured so
    }
  }

  /**
   * @param {string} key
   * @param {string | undefined} value undefined forgets it
   */
  function keep(key, value) {
    if (value === undefined) {
      memory.delete(key);
    } else {
      memory.set(key, value);
    }
    try {
      if (value === undefined) {
        window.sessionStorage.removeItem(prefix + key);
      } else if (settings.storage === 'tab') {
        window.sessionStorage.setItem(prefix + key, value);
      }
    } catch {
      // Storage switched off or full: the token lives as long as the page.
    }
  }

  let first = true;

  /**
   * Reads the address bar. Call it before anything else reads it, and after every navigation.
   *
   * @returns {LinkState}
   */
  function sync() {
    const { location, history } = window;
    const link = readLink(location, settings.tokenParam);
    if (link.tokens.length) {
      replace(history.state, '', link.address);
    }
    const chosen = chooseToken(link.tokens);
    // A route that drops the query (/notfoundstudy) still shows the link that led there.
    if (!first && !link.named && !link.tokens.length && !settings.studyList) {
      return state;
    }
    first = false;
    const key = link.key || (link.named ? '' : LIST);
    if (key && (chosen.bad || chosen.token)) {
      keep(key, chosen.token);
      spoilt[chosen.bad ? 'add' : 'delete'](key);
    }
    const bad = spoilt.has(key);
    token = bad || !key ? undefined : (recall(key) ?? (settings.studyList ? recall(LIST) : undefined));
    // Without a work list a page that names no study has nothing it could show, token or not.
    if (key === LIST && !settings.studyList) {
      token = undefined;
    }
    state = Object.freeze({ status: statusOf(bad, !!key, !!token), studies: Object.freeze(link.studies), url: link.url });
    return state;
  }

  return { sync, state: () => state, token: () => token };
}

/**
 * @param {boolean} bad
 * @param {boolean} usable whether the link names something that can be asked for
 * @param {boolean} hasToken
 * @returns {LinkStatus}
 */
function statusOf(bad, usable, hasToken) {
  if (bad) {
    return 'bad-token';
  }
  if (!usable) {
    return 'not-found';
  }
  return hasToken ? 'ready' : 'no-token';
}
