/**
 * Guards XMLHttpRequest: requests under the roots go through the transport, all others go without the token.
 *
 * XMLHttpRequest follows redirects with all custom headers, and no script can prevent that. So fetch, which refuses
 * redirects, sends a request under the roots, and the XMLHttpRequest object shows the result with the states and events
 * of the standard (https://xhr.spec.whatwg.org). fetch cannot send synchronous requests; they fail.
 */

import { jsonOf, statusOfJson } from './content.js';
import { convertBody, readBody } from './xhr-response.js';

/**
 * @typedef {object} RequestState of one XMLHttpRequest under the roots
 * @property {string} method
 * @property {string} url absolute
 * @property {boolean} synchronous
 * @property {Headers} headers
 * @property {AbortController} abort
 * @property {boolean} sent
 * @property {number} readyState
 * @property {Response} [response]
 * @property {unknown} body as responseType asks for it
 * @property {string} [mediaType] from overrideMimeType
 */

const [OPENED, HEADERS_RECEIVED, LOADING, DONE] = [1, 2, 3, 4];

/**
 * Replaces the methods and properties of `XMLHttpRequest.prototype`.
 *
 * @param {Window & typeof globalThis} window
 * @param {ReturnType<typeof import('./token-scope.js').createTokenScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {ReturnType<typeof import('./transport.js').createTransport>['send']} send
 * @param {(response: import('../../types/early.js').ArchiveResponse) => void} onResponse is called if the content of a
 *   response is not what it should be
 */
export function guardXhr(window, scope, credential, send, onResponse) {
  const { prototype } = window.XMLHttpRequest;
  const native = {
    open: prototype.open,
    setRequestHeader: prototype.setRequestHeader,
    send: prototype.send,
    abort: prototype.abort,
    getResponseHeader: prototype.getResponseHeader,
    getAllResponseHeaders: prototype.getAllResponseHeaders,
    overrideMimeType: prototype.overrideMimeType,
  };
  /** @type {WeakMap<XMLHttpRequest, RequestState>} */
  const states = new WeakMap();

  /**
   * @this {XMLHttpRequest}
   * @param {string} method
   * @param {string | URL} url
   * @param {any[]} rest
   */
  prototype.open = function (method, url, ...rest) {
    // Read once: an object whose toString changes would be checked as one URL and sent to another.
    const text = String(url);
    const hasUser = rest[1] != null || rest[2] != null; // user name and password
    const decision = hasUser ? undefined : scope.decide('GET', text);
    states.get(this)?.abort.abort();
    states.delete(this);
    if (!decision) {
      // @ts-expect-error the overloads of open take two or three to five arguments, all of which pass through here
      native.open.call(this, method, text, ...rest);
      return;
    }
    // A URL of the scheme `about:` is never fetched. It puts the object into the state `opened`.
    native.open.call(this, 'GET', 'about:invalid', true);
    states.set(this, {
      method: String(method).toUpperCase(),
      url: decision.url,
      synchronous: rest.length > 0 && !rest[0],
      headers: new window.Headers(),
      abort: new window.AbortController(),
      sent: false,
      readyState: OPENED,
      body: undefined,
    });
  };

  /**
   * @this {XMLHttpRequest}
   * @param {string} name
   * @param {string} value
   */
  prototype.setRequestHeader = function (name, value) {
    const state = states.get(this);
    if (credential.mustRemove(String(name), String(value), state !== undefined)) {
      return;
    }
    if (!state) {
      native.setRequestHeader.call(this, name, value);
      return;
    }
    if (state.sent) {
      throw invalidState('setRequestHeader');
    }
    state.headers.append(name, value);
  };

  /**
   * @this {XMLHttpRequest}
   * @param {Document | XMLHttpRequestBodyInit | null} [body]
   */
  prototype.send = function (body) {
    const state = states.get(this);
    if (!state) {
      native.send.call(this, body);
      return;
    }
    if (state.sent) {
      throw invalidState('send');
    }
    if (state.synchronous) {
      throw new window.DOMException('Synchronous requests are not possible here.', 'NetworkError');
    }
    state.sent = true;
    const hasNoBody = state.method === 'GET' || state.method === 'HEAD';
    sendByFetch(this, state, hasNoBody ? undefined : /** @type {BodyInit} */ (body ?? undefined));
  };

  /**
   * @param {XMLHttpRequest} xhr
   * @param {RequestState} state
   * @param {BodyInit} [body]
   */
  async function sendByFetch(xhr, state, body) {
    let timedOut = false;
    const timer = xhr.timeout > 0 ? setTimeout(() => ((timedOut = true), state.abort.abort()), xhr.timeout) : undefined;
    progress(xhr, 'loadstart', 0, 0);
    try {
      const request = new window.Request(state.url, {
        method: state.method,
        headers: state.headers,
        body,
        credentials: xhr.withCredentials ? 'include' : 'same-origin',
        signal: state.abort.signal,
      });
      const decision = /** @type {import('./token-scope.js').Decision} */ (scope.decide(request.method, request.url));
      state.response = await send(request, decision);
      enter(xhr, state, HEADERS_RECEIVED);
      const { bytes, total } = await readBody(state.response, (loaded, announced) => {
        enter(xhr, state, LOADING);
        progress(xhr, 'progress', loaded, announced);
      });
      if (bytes.byteLength > 0) {
        progress(xhr, 'progress', bytes.byteLength, total);
      }
      const mediaType = state.mediaType ?? state.response.headers.get('Content-Type') ?? '';
      const known = xhr.responseType === 'json' ? jsonOf(state.response) : undefined;
      state.body = known ?? convertBody(window, bytes, xhr.responseType, mediaType);
      reportContent(xhr, state);
      enter(xhr, state, DONE);
      progress(xhr, 'load', bytes.byteLength, total);
      progress(xhr, 'loadend', bytes.byteLength, total);
    } catch {
      if (states.get(xhr) === state && (timedOut || !state.abort.signal.aborted)) {
        if (state.response && !timedOut) {
          onResponse({ url: state.url, status: 0, challenge: '' }); // its content was cut off
        }
        fail(xhr, state, timedOut ? 'timeout' : 'error');
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {RequestState} state
   */
  function reportContent(xhr, state) {
    const isJson = xhr.responseType === 'json' && state.method === 'GET';
    const status = isJson && state.response ? statusOfJson(state.response, state.url, state.body) : undefined;
    if (status !== undefined) {
      onResponse({ url: state.url, status, challenge: '' });
    }
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {RequestState} state
   * @param {number} readyState
   */
  function enter(xhr, state, readyState) {
    if (states.get(xhr) !== state || state.abort.signal.aborted) {
      throw new Error('The request was aborted');
    }
    state.readyState = readyState;
    xhr.dispatchEvent(new window.Event('readystatechange'));
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {RequestState} state
   * @param {'error' | 'timeout' | 'abort'} type
   */
  function fail(xhr, state, type) {
    state.response = undefined;
    state.body = undefined;
    state.readyState = DONE;
    xhr.dispatchEvent(new window.Event('readystatechange'));
    progress(xhr, type, 0, 0);
    progress(xhr, 'loadend', 0, 0);
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {string} type
   * @param {number} loaded
   * @param {number} total
   */
  function progress(xhr, type, loaded, total) {
    xhr.dispatchEvent(new window.ProgressEvent(type, { lengthComputable: total > 0, loaded, total }));
  }

  /** @param {string} name of the method or property */
  function invalidState(name) {
    return new window.DOMException(`${name} was called in the wrong state.`, 'InvalidStateError');
  }

  /** @this {XMLHttpRequest} */
  prototype.abort = function () {
    const state = states.get(this);
    if (!state) {
      native.abort.call(this);
      return;
    }
    const running = state.sent && state.readyState !== DONE;
    state.abort.abort();
    if (running) {
      fail(this, state, 'abort');
    }
    state.readyState = 0;
  };

  /**
   * @this {XMLHttpRequest}
   * @param {string} name
   */
  prototype.getResponseHeader = function (name) {
    const state = states.get(this);
    return state ? (state.response?.headers.get(name) ?? null) : native.getResponseHeader.call(this, name);
  };

  /** @this {XMLHttpRequest} */
  prototype.getAllResponseHeaders = function () {
    const state = states.get(this);
    const lines = [...(state?.response?.headers ?? [])].map(([name, value]) => `${name}: ${value}\r\n`);
    return state ? lines.join('') : native.getAllResponseHeaders.call(this);
  };

  /**
   * @this {XMLHttpRequest}
   * @param {string} type
   */
  prototype.overrideMimeType = function (type) {
    const state = states.get(this);
    if (state) {
      state.mediaType = String(type);
    } else {
      native.overrideMimeType.call(this, type);
    }
  };

  /** @type {Record<string, (state: RequestState, xhr: XMLHttpRequest) => unknown>} */
  const getters = {
    readyState: state => state.readyState,
    status: state => state.response?.status ?? 0,
    statusText: state => state.response?.statusText ?? '',
    responseURL: state => state.response?.url ?? '',
    response: (state, xhr) => (isComplete(state) ? state.body : isText(xhr) ? '' : null),
    responseText(state, xhr) {
      if (!isText(xhr)) {
        throw invalidState('responseText');
      }
      return isComplete(state) ? state.body : '';
    },
    responseXML: () => null,
  };
  for (const [name, getter] of Object.entries(getters)) {
    const descriptor = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(prototype, name));
    Object.defineProperty(prototype, name, {
      ...descriptor,
      get() {
        const state = states.get(this);
        return state ? getter(state, this) : descriptor.get?.call(this);
      },
    });
  }
}

/** @param {RequestState} state */
function isComplete(state) {
  return state.readyState === DONE && state.response !== undefined;
}

/** @param {XMLHttpRequest} xhr */
function isText(xhr) {
  return xhr.responseType === '' || xhr.responseType === 'text';
}
