/**
 * The link of the page, and its token.
 *
 * A token in the address is removed at once. `history.replaceState` is not enough: the browser's list of visited pages,
 * the page's timings and the names of its inline scripts keep the first address. So the page leaves what it found for
 * another load of the same page, whose address never had a token, and lets that load replace it. Chromium treats this
 * as a redirect and lists only its end; it would list both addresses after a call of `replaceState`. Firefox lists both
 * whatever the page does, and hides only what a server redirects (seen with Firefox 153).
 */

import { readLink } from '../contract/link.js';
import { jsonFile } from '../contract/place.js';
import { sourceOf, sourcesOf } from '../contract/source.js';

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
  const [defaultSource] = sourcesOf(settings);
  /** The archive that the address names. @type {import('../../types/early.js').Source | undefined} */
  let source;
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
    const previousSource = source;
    source = sourceOf(settings, window.location);
    const found = { key: keyOf(link), token: tokenOf(link), problem: link.problem };
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
      source = previousSource;
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
    const problem = problems.get(key) ?? (link.problem || (source ? '' : 'bad-link'));
    token = problem ? undefined : tokenFor(key);
    entered = key;
    const ready = token !== undefined || (source?.access === 'session' && hasSomething(key));
    const status = /** @type {LinkState['status']} */ (problem || (ready ? 'ready' : 'no-token'));
    const [studies, url] = [Object.freeze(source ? link.studies : []), link.url || undefined];
    state = Object.freeze({ status, studies, url, source: source?.name ?? '' });
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
    if (!source || source.access === 'session' || !hasSomething(key)) {
      return undefined;
    }
    return store.get(key) ?? (settings.studyList ? store.get(keyOf()) : undefined);
  }

  /**
   * Under which a token is stored: a link to another archive never gets it.
   *
   * @param {import('../contract/link.js').Link} [link] of the study list, if it is left out
   */
  function keyOf(link) {
    const key = link?.key || LIST;
    return !source || source.name === defaultSource.name ? key : `${source.name} ${key}`;
  }

  /**
   * A token that no request will carry is not kept.
   *
   * @param {import('../contract/link.js').Link} link
   */
  function tokenOf(link) {
    return source && source.access !== 'session' ? link.token : undefined;
  }

  /**
   * Without a study list a page that names no study has nothing to show, with or without a token.
   *
   * @param {string} key
   */
  function hasSomething(key) {
    return settings.studyList || key !== keyOf();
  }

  /** @param {import('./token-store.js').Handover} found */
  function remember(found) {
    if (found.problem) {
      problems.set(found.key, found.problem);
      store.remove(found.key);
    } else if (found.token && hasSomething(found.key)) {
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

  /** Reads the address again if it has changed without an event. */
  function refresh() {
    if (window.location.href !== lastAddress) {
      sync();
    }
  }

  return {
    sync,
    /** To be called before the page reloads itself: a token that is stored nowhere gets into the next page too. */
    keepForReload: () => void (token !== undefined && store.writeHandover({ key: entered, token, problem: '' })),
    /** The current state. */
    state() {
      refresh();
      return state;
    },
    token() {
      refresh();
      return token;
    },
    /** The archive that the address names; undefined if the viewer does not have it. */
    source() {
      refresh();
      return source;
    },
  };
}
