/** Downloads with the token, shared as object URLs. A URL is downloaded once for all elements that use it. */

import { harmless } from './media-types.js';
import { giveUp } from './retry.js';

/** @typedef {'image' | 'media' | 'document'} Kind */

/**
 * @typedef {object} Entry
 * @property {number} users elements that use the download
 * @property {AbortController} abort
 * @property {Promise<string>} url the object URL
 * @property {string} [objectUrl] the same, once the download is complete
 * @property {number} size bytes
 */

/** How many images without users stay in the cache (OHIF redraws its thumbnails often), and how large each may be. */
const UNUSED = { count: 32, bytes: 512 * 1024 };

/**
 * Creates an empty cache for one page.
 *
 * @param {Window & typeof globalThis} window
 */
export function createBlobCache(window) {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  /** Keys of images without users, oldest first. @type {Set<string>} */
  const unused = new Set();

  /**
   * @param {string} url absolute, under the roots
   * @param {Kind} kind
   * @param {string | null} declaredType the element's `type` attribute
   * @param {Response} [response] to a request for the URL that was sent already
   * @returns {{url: Promise<string>, release: () => void}}
   */
  function acquire(url, kind, declaredType, response) {
    const key = kind === 'document' ? `document ${declaredType} ${url}` : url;
    const known = entries.get(key);
    if (known) {
      giveUp(response);
    }
    const entry = known ?? addEntry(key, url, kind, declaredType, response);
    entry.users += 1;
    unused.delete(key);
    return { url: entry.url, release: () => release(key, entry, kind) };
  }

  /**
   * @param {string} key
   * @param {string} url
   * @param {Kind} kind
   * @param {string | null} declaredType
   * @param {Response} [given]
   * @returns {Entry}
   */
  function addEntry(key, url, kind, declaredType, given) {
    const abort = new AbortController();
    /** @type {Entry} */
    const entry = { users: 0, abort, size: 0, url: download() };
    entries.set(key, entry);
    entry.url.catch(() => remove(key, entry));
    return entry;

    async function download() {
      const response = given ?? (await window.fetch(url, { signal: abort.signal, headers: { Accept: '*/*' } }));
      if (!response.ok) {
        throw failure(`The archive answered ${response.status}`, response.status);
      }
      const blob = withHarmlessType(await response.blob(), kind, declaredType);
      if (abort.signal.aborted) {
        throw new Error('The download was aborted');
      }
      entry.size = blob.size;
      entry.objectUrl = window.URL.createObjectURL(blob);
      return entry.objectUrl;
    }
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   * @param {Kind} kind
   */
  function release(key, entry, kind) {
    entry.users -= 1;
    if (entry.users > 0) {
      return;
    }
    if (kind !== 'image' || !entry.objectUrl || entry.size > UNUSED.bytes) {
      remove(key, entry);
      return;
    }
    unused.add(key);
    const [oldest] = unused;
    const surplus = unused.size > UNUSED.count ? entries.get(oldest) : undefined;
    if (surplus) {
      remove(oldest, surplus);
    }
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  function remove(key, entry) {
    entry.abort.abort();
    unused.delete(key);
    if (entries.get(key) === entry) {
      entries.delete(key);
    }
    if (entry.objectUrl) {
      window.URL.revokeObjectURL(entry.objectUrl);
      entry.objectUrl = undefined;
    }
  }

  return { acquire };
}

/**
 * @param {Blob} blob
 * @param {Kind} kind
 * @param {string | null} declaredType
 * @returns {Blob} with a type that cannot run scripts
 */
function withHarmlessType(blob, kind, declaredType) {
  if (kind !== 'document') {
    // The element reads the bytes, not the type. The type matters when a user opens the image in a tab of its own.
    return blob.slice(0, blob.size, harmless(blob.type) ?? 'application/octet-stream');
  }
  // Archives send bulk data without a specific type. The element declares it (OHIF: `<object type="application/pdf">`).
  const unspecific = /^(?:application\/octet-stream)?(?:;|$)/i.test(blob.type);
  const type = harmless(unspecific ? (declaredType ?? '') : blob.type);
  if (!type) {
    throw failure('Documents of this type are not shown', 'unreadable');
  }
  return blob.slice(0, blob.size, type);
}

/**
 * @param {string} message
 * @param {import('../contract/answers.js').Status} status
 */
function failure(message, status) {
  return Object.assign(new Error(message), { status });
}
