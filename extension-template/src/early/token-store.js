/**
 * Stores tokens: in memory, and for a reload in the tab's sessionStorage.
 *
 * A token is stored under the studies of its link, so another link in the same tab never inherits it. sessionStorage
 * belongs to the tab; a duplicated tab, or a window that this page opens, starts with a copy of it. That copy is
 * accepted: it is in the same browser, for the same origin, and opens the same studies. To refuse it would protect
 * nothing, and would break duplicated tabs and OHIF's windows on a second monitor.
 */

import { isToken } from '../contract/token.js';

/**
 * What a page found in its link, for the page that replaces it.
 *
 * @typedef {{key: string, token?: string, problem: import('../contract/link.js').Link['problem']}} Handover
 */

/**
 * Creates the store of one page.
 *
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 */
export function createTokenStore(window, settings) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  const prefix = `ohifbuild:${settings.publicUrl}:`;
  const HANDOVER = `${prefix}handover`;

  /**
   * @param {string} key
   * @returns {string | undefined}
   */
  function get(key) {
    const value = memory.get(key) ?? (settings.storage === 'tab' ? read(prefix + key) : undefined);
    return value !== undefined && isToken(value) ? value : undefined;
  }

  /**
   * @param {string} key
   * @param {string} token
   */
  function set(key, token) {
    memory.set(key, token);
    if (settings.storage === 'tab') {
      write(prefix + key, token); // if storage is off or full, the token lasts as long as the page
    }
  }

  /** @param {string} key */
  function remove(key) {
    memory.delete(key);
    write(prefix + key, undefined);
  }

  /**
   * @param {Handover} handover
   * @returns {boolean} whether the next page can read it
   */
  function writeHandover(handover) {
    const text = JSON.stringify(handover);
    return write(HANDOVER, text) && read(HANDOVER) === text;
  }

  /**
   * Reads what the previous page left, and removes it.
   *
   * @returns {Handover | undefined}
   */
  function takeHandover() {
    const text = read(HANDOVER);
    if (text === undefined) {
      return undefined;
    }
    write(HANDOVER, undefined);
    try {
      const { key, token, problem } = JSON.parse(text);
      return {
        key: String(key),
        token: typeof token === 'string' && isToken(token) ? token : undefined,
        problem: ['bad-token', 'bad-link', 'long-uid'].includes(problem) ? problem : '',
      };
    } catch {
      return undefined;
    }
  }

  /** @param {string} name */
  function read(name) {
    try {
      return window.sessionStorage.getItem(name) ?? undefined;
    } catch {
      return undefined; // storage is off
    }
  }

  /**
   * @param {string} name
   * @param {string | undefined} value undefined removes it
   */
  function write(name, value) {
    try {
      if (value === undefined) {
        window.sessionStorage.removeItem(name);
      } else {
        window.sessionStorage.setItem(name, value);
      }
      return true;
    } catch {
      return false; // storage is off or full
    }
  }

  return { get, set, remove, writeHandover, takeHandover };
}
