/**
 * The link of the page, and its token.
 *
 * A token in the address is removed at once. `history.replaceState` is not enough: the browser's list of visited pages,
 * the page's timings and the names of its inline scripts keep the first address. So the page leaves what it found for
 * another load of the same page, whose address never had a token, and lets that load replace it. Chromium treats this
 * as a redirect and lists only its end; it would list both addresses after a call of `replaceState`.
 */

import { readLink } from '../contract/link.js';
import { jsonFile } from '../contract/place.js';

/** @typedef {import('../../types/early.js').LinkState} LinkState */

/** Key of the token that came with the study list itself, which names no study. */
const LIST = 'list';

/**
 * Creates the state of one page's link.
 *
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 * @param {ReturnType<typeof import('./token-store.js').createTokenStore>} store
 * @param {(address: string) => void} replacePage loads an address in place of this page
 */
export function createLinkState(window, settings, store, replacePage) {
  /** Problem of each bad link, still reported after OHIF rewrites the address. @type {Map<string, string>} */
  const problems = new Map();
  const { history } = window;
  const replaceState = history?.replaceState?.bind(history);
  /** @type {LinkState} */
  let state = Object.freeze({ status: 'no-token', studies: Object.freeze([]) });
  /** @type {string | undefined} */
  let token;
  /** Key of the link. */
  let entered = '';
  let firstSync = true;
  let lastAddress = '';

  /**
   * Reads the address. Call it before anything else reads it, and after every navigation.
   *
   * @returns {LinkState}
   */
  function sync() {
    if (state.status === 'leaving') {
      return state;
    }
    const { href, origin } = window.location;
    const link = readLink(href, settings.tokenParam, url =>
      jsonFile(url, window.document.baseURI, origin, settings.dicomJson)
    );
    const found = { key: link.key || LIST, token: link.token, problem: link.problem };
    if (link.hasToken && store.writeHandover(found)) {
      return leave(href, link.address);
    }
    // Each parameter stays in one spelling only, so that OHIF reads the same as this function.
    if (link.hasToken || (link.address && link.address !== href.replace(/[?#]$/, ''))) {
      replaceAddress(link.address);
    }
    lastAddress = window.location.href;
    const handover = firstSync && !link.hasToken ? store.takeHandover() : undefined;
    if (!firstSync && isEmpty(link)) {
      return state;
    }
    firstSync = false;
    remember(handover ?? found);
    return enter(link, found.key);
  }

  /**
   * Whether an address has no part of a link. A route that drops the query (/notfoundstudy) belongs to the previous link.
   *
   * @param {import('../contract/link.js').Link} link
   */
  function isEmpty(link) {
    return link.key === '' && link.problem === '' && !link.hasToken && !settings.studyList;
  }

  /**
   * @param {import('../contract/link.js').Link} link
   * @param {string} key
   */
  function enter(link, key) {
    const problem = problems.get(key) ?? link.problem;
    token = problem ? undefined : tokenFor(key);
    entered = key;
    const status = /** @type {LinkState['status']} */ (problem || (token ? 'ready' : 'no-token'));
    state = Object.freeze({ status, studies: Object.freeze(link.studies), url: link.url || undefined });
    return state;
  }

  /**
   * @param {string} href
   * @param {string} address
   */
  function leave(href, address) {
    token = undefined;
    lastAddress = href;
    state = Object.freeze({ status: 'leaving', studies: Object.freeze([]) });
    replacePage(nextAddress(address));
    return state;
  }

  /** @param {string} key */
  function tokenFor(key) {
    // Without a study list a page that names no study has nothing to show, with or without a token.
    if (key === LIST && !settings.studyList) {
      return undefined;
    }
    return store.get(key) ?? (settings.studyList ? store.get(LIST) : undefined);
  }

  /** @param {import('./token-store.js').Handover} found */
  function remember(found) {
    if (found.problem) {
      problems.set(found.key, found.problem);
      store.remove(found.key);
    } else if (found.token && (settings.studyList || found.key !== LIST)) {
      problems.delete(found.key);
      store.set(found.key, found.token);
    }
  }

  /** @param {string} address '' if no part of the address after its path is usable */
  function replaceAddress(address) {
    try {
      replaceState?.(history.state, '', address || plainAddress());
    } catch {
      // An address with a user name cannot be replaced, and Safari limits the number of calls.
    }
  }

  /**
   * An address that the browser loads, and does not only scroll to: it must differ in more than the fragment.
   *
   * @param {string} address
   */
  function nextAddress(address) {
    const [page, ...fragment] = (address || plainAddress()).split('#');
    const scrolls = fragment.length > 0 || page === window.location.href.split('#')[0];
    return [scrolls ? `${page}${page.includes('?') ? '&' : '?'}` : page, ...fragment].join('#');
  }

  function plainAddress() {
    return window.location.origin + window.location.pathname;
  }

  return {
    sync,
    /** To be called before the page reloads itself: a token that is stored nowhere gets into the next page too. */
    keepForReload: () => void (token !== undefined && store.writeHandover({ key: entered, token, problem: '' })),
    /** The current state; reads the address again if it has changed without an event. */
    state: () => (window.location.href === lastAddress ? state : sync()),
    token() {
      if (window.location.href !== lastAddress) {
        sync();
      }
      return token;
    },
  };
}
