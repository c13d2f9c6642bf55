/** Lends object URLs of authenticated downloads; each URL is downloaded once while anyone holds it. */

import { harmless } from './media-types.js';

/** @typedef {'image' | 'media' | 'document'} Kind */

/**
 * @typedef {object} Item
 * @property {number} borrowers
 * @property {AbortController} abort
 * @property {Promise<string>} url
 * @property {string} [objectUrl]
 * @property {number} size bytes
 */

/** How many returned pictures stay at hand (OHIF draws its thumbnails anew often), and how large one may be. */
const SPARE = { count: 32, bytes: 512 * 1024 };

/** @param {Window & typeof globalThis} window */
export function createLibrary(window) {
  /** @type {Map<string, Item>} */
  const items = new Map();
  /** Keys of pictures nobody borrows, oldest first. @type {Set<string>} */
  const spare = new Set();

  /**
   * @param {string} url absolute, under the roots
   * @param {Kind} kind
   * @param {string | null} declared the element's own `type`
   * @returns {{url: Promise<string>, release: () => void}}
   */
  function borrow(url, kind, declared) {
    const key = kind === 'document' ? `document ${declared} ${url}` : url;
    const item = items.get(key) ?? fetchItem(key, url, kind, declared);
    item.borrowers += 1;
    spare.delete(key);
    return { url: item.url, release: () => giveBack(key, item, kind) };
  }

  /**
   * @param {string} key
   * @param {string} url
   * @param {Kind} kind
   * @param {string | null} declared
   * @returns {Item}
   */
  function fetchItem(key, url, kind, declared) {
    const abort = new AbortController();
    /** @type {Item} */
    const item = { borrowers: 0, abort, size: 0, url: download() };
    items.set(key, item);
    item.url.catch(() => forget(key, item));
    return item;

    async function download() {
      const response = await window.fetch(url, { signal: abort.signal, headers: { Accept: '*/*' } });
      if (!response.ok) {
        throw new Error(`The archive answered ${response.status}`);
      }
      const blob = safe(await response.blob(), kind, declared);
      if (abort.signal.aborted) {
        throw new Error('No longer wanted');
      }
      item.size = blob.size;
      item.objectUrl = window.URL.createObjectURL(blob);
      return item.objectUrl;
    }
  }

  /**
   * @param {string} key
   * @param {Item} item
   * @param {Kind} kind
   */
  function giveBack(key, item, kind) {
    item.borrowers -= 1;
    if (item.borrowers > 0) {
      return;
    }
    if (kind !== 'image' || !item.objectUrl || item.size > SPARE.bytes) {
      forget(key, item);
      return;
    }
    spare.add(key);
    const [oldest] = spare;
    const outdated = spare.size > SPARE.count ? items.get(oldest) : undefined;
    if (outdated) {
      forget(oldest, outdated);
    }
  }

  /**
   * @param {string} key
   * @param {Item} item
   */
  function forget(key, item) {
    item.abort.abort();
    spare.delete(key);
    if (items.get(key) === item) {
      items.delete(key);
    }
    if (item.objectUrl) {
      window.URL.revokeObjectURL(item.objectUrl);
      item.objectUrl = undefined;
    }
  }

  return { borrow };
}

/**
 * @param {Blob} blob
 * @param {Kind} kind
 * @param {string | null} declared
 * @returns {Blob} with a type that cannot run scripts
 */
function safe(blob, kind, declared) {
  if (kind !== 'document') {
    // The element itself looks at the bytes; the type counts once somebody opens the picture by itself.
    return blob.slice(0, blob.size, harmless(blob.type) ?? 'application/octet-stream');
  }
  // Archives send bulk data as plain bytes; the element says what they are (OHIF: `<object type="application/pdf">`).
  const plain = /^(?:application\/octet-stream)?(?:;|$)/i.test(blob.type);
  const type = harmless(plain ? (declared ?? '') : blob.type);
  if (!type) {
    throw new Error('Not a kind of document that is shown');
  }
  return blob.slice(0, blob.size, type);
}
