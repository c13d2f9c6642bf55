/** A browser tab for tests: jsdom for document, history and storage; transport that records instead of sending. */

import { JSDOM, VirtualConsole } from 'jsdom';
import { start } from '../src/early/index.js';

/** @typedef {{url: string, headers: Record<string, string>, via: 'xhr' | 'fetch', method?: string, redirect?: string, mode?: string, cache?: string, credentials?: string}} Sent */
/** @typedef {{status: number, headers?: Record<string, string>, body?: string, type?: string}} Reply */

export const ORIGIN = 'https://viewer.example';

/**
 * @param {object} [options]
 * @param {string} [options.path] with query and fragment
 * @param {Record<string, unknown>} [options.settings]
 * @param {(url: string) => Reply | undefined | Promise<Reply>} [options.archive] undefined: no answer (network down)
 * @param {Record<string, string>} [options.session] what sessionStorage holds already
 * @param {string[]} [options.languages]
 */
export function openTab({
  path = '/viewer',
  settings = {},
  archive = () => ({ status: 200 }),
  session = {},
  languages,
} = {}) {
  const noise = new VirtualConsole();
  /** @type {string[]} */
  const left = [];
  const json = JSON.stringify(settings).replace(/</g, '\\u003c');
  const html = `<!doctype html><head><script type="application/json" id="ohifbuild-settings">${json}</script></head><body></body>`;
  const dom = new JSDOM(html, { url: ORIGIN + path, virtualConsole: noise });
  const window = /** @type {Window & typeof globalThis} */ (/** @type {unknown} */ (dom.window));
  Object.entries(session).forEach(([key, value]) => window.sessionStorage.setItem(key, value));
  if (languages) {
    Object.defineProperty(window.navigator, 'languages', { value: languages });
  }
  /** @type {Sent[]} */
  const sent = [];
  const objectUrls = fakeObjectUrls(window);
  Object.assign(window, {
    Request,
    Headers,
    fetch: fakeFetch(sent, archive),
    XMLHttpRequest: fakeXhr(window, sent, archive),
  });
  return {
    window,
    document: window.document,
    sent,
    objectUrls,
    /** Addresses of the pages that took this one's place. */
    left,
    address: () => window.location.href.slice(ORIGIN.length),
    stored: () => ({ ...window.sessionStorage }),
    message: () => window.document.getElementById('ohifbuild-message'),
    reason: () => window.document.getElementById('ohifbuild-message')?.dataset.reason,
    start: () => start(window, address => left.push(address)),
    /**
     * Sends an XMLHttpRequest, as OHIF's DICOMweb client does.
     *
     * @param {string} url
     * @param {Record<string, string>} [headers]
     */
    xhr(url, headers = {}) {
      const request = new window.XMLHttpRequest();
      request.open('GET', url);
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
      return new Promise(resolve => {
        request.addEventListener('loadend', () => resolve(request.status));
        request.send();
      });
    },
  };
}

/**
 * @param {Sent[]} sent
 * @param {(url: string) => Reply | undefined | Promise<Reply>} archive
 */
function fakeFetch(sent, archive) {
  return async (/** @type {RequestInfo} */ input, /** @type {RequestInit | undefined} */ init) => {
    const request = new Request(typeof input === 'string' ? new URL(input, ORIGIN) : input, init);
    const headers = Object.fromEntries(request.headers);
    const { url, method, redirect, mode, cache, credentials } = request;
    sent.push({ url, headers, via: 'fetch', method, redirect, mode, cache, credentials });
    await new Promise(resolve => setImmediate(resolve));
    request.signal.throwIfAborted();
    const cut = new Promise((_, reject) =>
      request.signal.addEventListener('abort', () => reject(request.signal.reason))
    );
    const reply = await Promise.race([archive(request.url), cut]);
    if (!reply) {
      throw new TypeError('Failed to fetch');
    }
    const type = reply.type ?? 'image/jpeg';
    return new Response(reply.body ?? 'x', {
      status: reply.status,
      headers: { 'Content-Type': type, ...reply.headers },
    });
  };
}

/**
 * @param {Window & typeof globalThis} window
 * @param {Sent[]} sent
 * @param {(url: string) => Reply | undefined | Promise<Reply>} archive
 */
function fakeXhr(window, sent, archive) {
  return class extends window.EventTarget {
    responseType = '';
    timeout = 0;
    withCredentials = false;
    url = '';
    /** @type {Record<string, string>} */
    headers = {};
    /** @type {Reply | undefined} */
    reply;
    get readyState() {
      return this.reply ? 4 : 1;
    }
    get status() {
      return this.reply?.status ?? 0;
    }
    get statusText() {
      return '';
    }
    get responseURL() {
      return this.url;
    }
    get response() {
      return this.reply?.body ?? '';
    }
    get responseText() {
      return this.reply?.body ?? '';
    }
    get responseXML() {
      return null;
    }
    /**
     * @param {string} _method
     * @param {string} url
     */
    open(_method, url) {
      this.url = new URL(url, ORIGIN).href;
      this.headers = {};
      this.reply = undefined;
    }
    /**
     * Repeating a header appends, as in a browser.
     *
     * @param {string} name
     * @param {string} value
     */
    setRequestHeader(name, value) {
      const key = name.toLowerCase();
      this.headers[key] = key in this.headers ? `${this.headers[key]}, ${value}` : value;
    }
    /** @param {string} name */
    getResponseHeader(name) {
      return this.reply?.headers?.[name] ?? null;
    }
    getAllResponseHeaders() {
      return '';
    }
    overrideMimeType() {}
    abort() {}
    send() {
      sent.push({ url: this.url, headers: this.headers, via: 'xhr' });
      setImmediate(async () => {
        this.reply = await archive(this.url);
        this.dispatchEvent(new window.Event(this.reply ? 'load' : 'error'));
        this.dispatchEvent(new window.Event('loadend'));
      });
    }
  };
}

/**
 * Opens a link as a browser does, and follows if the page loads another address.
 *
 * @param {Parameters<typeof openTab>[0]} options
 */
export function started(options = {}) {
  const tab = openTab(options);
  const api = tab.start();
  const [next] = tab.left;
  if (next === undefined) {
    return { ...tab, tab, api };
  }
  return started({ ...options, path: next.slice(ORIGIN.length), session: tab.stored() });
}

/** @param {Window & typeof globalThis} window */
function fakeObjectUrls(window) {
  /** @type {Map<string, Blob>} */
  const alive = new Map();
  let count = 0;
  window.URL.createObjectURL = blob => {
    count += 1;
    const url = `blob:${ORIGIN}/${count}`;
    alive.set(url, /** @type {Blob} */ (blob));
    return url;
  };
  window.URL.revokeObjectURL = url => void alive.delete(url);
  return alive;
}

/** Lets everything that is under way finish. */
export async function settle() {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}
