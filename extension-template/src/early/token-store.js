/**
 * Where tokens are kept: in memory, and for a reload in the tab's sessionStorage.
 *
 * A token is kept under the studies it came with, so another link in the same tab never inherits it. sessionStorage belongs to
 * the tab; a duplicated tab, or a window that this page opens, starts with a copy of it. That copy is accepted: it lies in the
 * same browser, for the same origin, and opens only the same studies; refusing it would break "duplicate tab" and OHIF's
 * second-monitor windows and protect nothing.
 */

import { isToken } from '../contract/token.js';

/**
 * What the page that had the token in its address found, for the page that takes its place.
 *
 * @typedef {{key: string, token?: string, problem: '' | 'bad-token' | 'bad-link'}} Found
 */

/**
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
  function recall(key) {
    const value = memory.get(key) ?? (settings.storage === 'tab' ? read(prefix + key) : undefined);
    return value !== undefined && isToken(value) ? value : undefined;
  }

  /**
   * @param {string} key
   * @param {string | undefined} token undefined forgets it
   */
  function keep(key, token) {
    if (token === undefined) {
      memory.delete(key);
      write(prefix + key, undefined);
      return;
    }
    memory.set(key, token);
    if (settings.storage === 'tab') {
      write(prefix + key, token); // where storage is off or full, the token lives as long as the page
    }
  }

  /**
   * @param {Found} found
   * @returns {boolean} whether the next page can take it over
   */
  function handOver(found) {
    const text = JSON.stringify(found);
    return write(HANDOVER, text) && read(HANDOVER) === text;
  }

  /** @returns {Found | undefined} */
  function takeOver() {
    const text = read(HANDOVER);
    if (text === undefined) {
      return undefined;
    }
    write(HANDOVER, undefined);
    try {
      const { key, token, problem } = JSON.parse(text);
      const known = problem === 'bad-token' || problem === 'bad-link' ? problem : '';
      return {
        key: String(key),
        token: typeof token === 'string' && isToken(token) ? token : undefined,
        problem: known,
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
   * @param {string | undefined} value
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

  return { recall, keep, handOver, takeOver };
}
