/**
 * Knows the link in effect and its token.
 *
 * A token that stands in the address is taken out of it at once. `history.replaceState` does not do: the browser's own history
 * goes on listing the address that was visited, and so do the page's timings and the names of its inline scripts. So the page
 * hands over what it found, and another load of the same page takes its place, whose address never had a token. Chromium
 * takes that for a redirect and lists its end only; it would list both had `replaceState` been called before.
 */

import { readLink } from '../contract/link.js';
import { jsonFile } from '../contract/place.js';

/** @typedef {import('../../types/early.js').LinkState} LinkState */

/** Key of the token that came with the work list itself, which names no study. */
const LIST = 'list';

/**
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 * @param {ReturnType<typeof import('./token-store.js').createTokenStore>} store
 * @param {(address: string) => void} leave puts another page in this one's place
 */
export function createLinkState(window, settings, store, leave) {
  /** What was wrong with a link, so that the page goes on saying so when OHIF rewrites the address. @type {Map<string, string>} */
  const problems = new Map();
  const { history } = window;
  const replaceState = history?.replaceState?.bind(history);
  /** @type {LinkState} */
  let state = Object.freeze({ status: 'no-token', studies: Object.freeze([]) });
  /** @type {string | undefined} */
  let token;
  let first = true;
  let read = '';

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
    const names = link.key !== '' || link.problem === 'bad-link';
    const key = link.key || LIST;
    if (link.carries && store.handOver({ key, token: link.token, problem: link.problem })) {
      token = undefined;
      read = href;
      state = Object.freeze({ status: 'leaving', studies: Object.freeze([]) });
      leave(nextAddress(link.address));
      return state;
    }
    // Whatever is read behind us, reads the same: parameters are left in one spelling only.
    if (link.carries || (link.address && link.address !== href.replace(/[?#]$/, ''))) {
      clear(link.address);
    }
    read = window.location.href;
    const handed = first && !link.carries ? store.takeOver() : undefined;
    // A route that drops the query (/notfoundstudy) still shows the link that led there.
    if (!first && !names && !link.carries && !settings.studyList) {
      return state;
    }
    first = false;
    note(handed ?? { key, token: link.token, problem: link.problem });
    const problem = problems.get(key) ?? link.problem;
    // Without a work list a page that names no study has nothing it could show, token or not.
    const usable = !problem && (key !== LIST || settings.studyList);
    token = usable ? (store.recall(key) ?? (settings.studyList ? store.recall(LIST) : undefined)) : undefined;
    const status = /** @type {LinkState['status']} */ (problem || (token ? 'ready' : 'no-token'));
    state = Object.freeze({ status, studies: Object.freeze(link.studies), url: link.url || undefined });
    return state;
  }

  /** @param {import('./token-store.js').Found} found */
  function note(found) {
    if (found.problem) {
      problems.set(found.key, found.problem);
      store.keep(found.key, undefined);
    } else if (found.token && (settings.studyList || found.key !== LIST)) {
      problems.delete(found.key);
      store.keep(found.key, found.token);
    }
  }

  /** @param {string} address '' where the whole address is of no use */
  function clear(address) {
    try {
      replaceState?.(history.state, '', address || plainAddress());
    } catch {
      // An address with a user's name cannot be replaced, and Safari limits how often one can.
    }
  }

  /**
   * An address that the browser loads and does not merely scroll to: for that, more than the fragment has to differ.
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
    /** The link in effect; read anew where the address has changed unnoticed. */
    state: () => (window.location.href === read ? state : sync()),
    token() {
      if (window.location.href !== read) {
        sync();
      }
      return token;
    },
  };
}
