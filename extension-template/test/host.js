/** A browser tab for tests: jsdom for document, history and storage; transport that records instead of sending. */

import { JSDOM, VirtualConsole } from 'jsdom';
import { start } from '../src/early/index.js';

/** @typedef {{url: string, headers: Record<string, string>, via: 'xhr' | 'fetch', method?: string, redirect?: string, mode?: string, cache?: string, credentials?: string}} Sent */
/** @typedef {{status: number, headers?: Record<string, string>, body?: string, type?: string, cut?: boolean}} Reply */

export const ORIGIN = 'https://viewer.example';

/**
 * @param {object} [options]
 * @param {string} [options.path] with query and fragment
 * @param {Record<string, unknown>} [options.settings]
 * @param {(url: string) => Reply | undefined | Promise<Reply>} [options.archive] undefined: no answer (network down)
 * @param {Record<string, string>} [options.session] what sessionStorage holds already
 * @param {string[]} [options.languages] of the browser
 * @param {Record<string, string>} [options.local] what localStorage holds already
 * @param {string} [options.cookie]
 * @param {(window: Window & typeof globalThis) => void} [options.prepare] changes the window before anything runs in it
 */
export function openTab({
  path = '/viewer',
  settings = {},
  archive = () => ({ status: 200 }),
  session = {},
  languages,
  local = {},
  cookie = '',
  prepare = () => {},
} = {}) {
  const noise = new VirtualConsole();
  /** @type {string[]} */
  const left = [];
  const json = JSON.stringify(settings).replace(/</g, '\\u003c');
  const html = `<!doctype html><head><script type="application/json" id="ohifbuild-settings">${json}</script></head><body></body>`;
  const dom = new JSDOM(html, { url: ORIGIN + path, virtualConsole: noise });
  const window = /** @type {Window & typeof globalThis} */ (/** @type {unknown} */ (dom.window));
  Object.entries(session).forEach(([key, value]) => window.sessionStorage.setItem(key, value));
  Object.entries(local).forEach(([key, value]) => window.localStorage.setItem(key, value));
  cookie.split('; ').forEach(one => (window.document.cookie = one));
  if (languages) {
    Object.defineProperty(window.navigator, 'languages', { value: languages });
  }
  /** @type {Sent[]} */
  const sent = [];
  const objectUrls = fakeObjectUrls(window);
  const clock = fakeClock(window);
  Object.defineProperty(window, 'performance', { value: { now: clock.now } });
  Object.assign(window, {
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    Request,
    Headers,
    fetch: fakeFetch(sent, archive),
    XMLHttpRequest: fakeXhr(window, sent, archive),
  });
  prepare(window);
  return {
    window,
    document: window.document,
    sent,
    objectUrls,
    /** Lets time pass, and everything that happens in it. */
    pass: clock.pass,
    during: clock.during,
    /** Addresses of the pages that took this one's place. */
    left,
    address: () => window.location.href.slice(ORIGIN.length),
    stored: () => ({ ...window.sessionStorage }),
    message: () => window.document.getElementById('ohifbuild-message'),
    reason: () => window.document.getElementById('ohifbuild-message')?.dataset.reason,
    start: () => start(window, address => left.push(address)),
    /**
     * Sends an XMLHttpRequest, as OHIF's DICOMweb client does. Gives its status, 0 if it waits for the archive.
     *
     * @param {string} url
     * @param {Record<string, string>} [headers]
     */
    xhr(url, headers = {}) {
      const request = new window.XMLHttpRequest();
      request.open('GET', url);
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
      const done = new Promise(resolve => request.addEventListener('loadend', () => resolve(request.status)));
      request.send();
      const waited = clock.during(done, 4, false).then(() => request.status);
      return Promise.race([done, waited]);
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
    if (reply.status >= 300 && reply.status < 400) {
      // Node gives no opaque redirects.
      return Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' });
    }
    const type = reply.type ?? 'image/jpeg';
    return new Response(reply.status === 204 ? null : reply.cut ? cutOff() : (reply.body ?? 'x'), {
      status: reply.status,
      headers: { 'Content-Type': type, ...reply.headers },
    });
  };
}

/** A body that breaks off. */
function cutOff() {
  let began = false;
  return new ReadableStream({
    pull(controller) {
      if (began) {
        controller.error(new TypeError('network error'));
      } else {
        controller.enqueue(new TextEncoder().encode('[{'));
      }
      began = true;
    },
  });
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

/**
 * A clock that stands still until `pass` is called. Short timers, as jsdom's own, run as always.
 *
 * @param {Window & typeof globalThis} window
 */
function fakeClock(window) {
  const native = { setTimeout: window.setTimeout.bind(window), clearTimeout: window.clearTimeout.bind(window) };
  /** @type {Map<number, {at: number, act: () => void}>} */
  const timers = new Map();
  let now = 0;
  let count = 0;
  return {
    now: () => now,
    /**
     * @param {() => void} act
     * @param {number} [milliseconds]
     */
    setTimeout(act, milliseconds = 0) {
      if (milliseconds < 100) {
        return native.setTimeout(act, milliseconds);
      }
      count += 1;
      timers.set(-count, { at: now + milliseconds, act });
      return -count;
    },
    /** @param {number} id */
    clearTimeout(id) {
      timers.delete(id);
      native.clearTimeout(id);
    },
    pass,
    /**
     * Lets time pass, but only if something waits for it.
     *
     * @template T
     * @param {Promise<T>} promise
     * @param {number} seconds
     * @param {boolean} [toTheEnd] whether it must be there then
     */
    async during(promise, seconds, toTheEnd = true) {
      const waits = Symbol('waits');
      if ((await Promise.race([promise, settle().then(() => waits)])) === waits) {
        await pass(seconds);
      }
      return toTheEnd ? promise : undefined;
    },
  };

  /** @param {number} seconds */
  async function pass(seconds) {
    const end = now + seconds * 1000;
    await settle();
    for (;;) {
      const next = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at)[0];
      if (!next) {
        break;
      }
      timers.delete(next[0]);
      now = next[1].at;
      next[1].act();
      await settle();
    }
    now = end;
  }
}

/** Lets everything that is under way finish. */
export async function settle() {
  for (let turn = 0; turn < 8; turn += 1) {
    await new Promise(resolve => setImmediate(resolve));
  }
}
