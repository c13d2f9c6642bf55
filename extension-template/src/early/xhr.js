/**
 * Guards XMLHttpRequest: what lies under the roots goes through the transport, everything else goes without the token.
 *
 * XMLHttpRequest follows redirects by itself and takes custom headers along, and nothing in the page can stop it. So a
 * request under the roots is carried out by fetch, which refuses redirects, and the XMLHttpRequest object shows what came of
 * it, with the states and events of the standard (https://xhr.spec.whatwg.org). Synchronous requests cannot be carried out so;
 * they fail.
 */

/**
 * @typedef {object} Job what one XMLHttpRequest is doing under the roots
 * @property {string} method
 * @property {string} url absolute
 * @property {boolean} synchronous
 * @property {Headers} headers
 * @property {AbortController} abort
 * @property {boolean} sent
 * @property {number} readyState
 * @property {Response} [response]
 * @property {unknown} body as responseType wants it
 * @property {string} [mediaType] that the caller puts in place of the answer's
 */

const [OPENED, HEADERS_RECEIVED, LOADING, DONE] = [1, 2, 3, 4];
/** At most so often a caller hears of progress (XHR standard 4.7.6). */
const PROGRESS_MS = 50;

/**
 * @param {Window & typeof globalThis} window
 * @param {ReturnType<typeof import('./scope.js').createScope>} scope
 * @param {import('./credential.js').Credential} credential
 * @param {ReturnType<typeof import('./transport.js').createTransport>} send
 */
export function guardXhr(window, scope, credential, send) {
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
  /** @type {WeakMap<XMLHttpRequest, Job>} */
  const jobs = new WeakMap();

  /**
   * @this {XMLHttpRequest}
   * @param {string} method
   * @param {string | URL} url
   * @param {any[]} rest
   */
  prototype.open = function (method, url, ...rest) {
    // Read once: an object whose toString changes would be judged by one URL and sent to another.
    const text = String(url);
    const asSomeone = rest[1] != null || rest[2] != null; // user and password
    const verdict = asSomeone ? undefined : scope.judge('GET', text);
    jobs.get(this)?.abort.abort();
    jobs.delete(this);
    if (!verdict) {
      // @ts-expect-error the overloads of open take two or three to five arguments, all of which pass through here
      native.open.call(this, method, text, ...rest);
      return;
    }
    // Scheme `about:` is never fetched. It makes the object an opened one, with all that an opened one accepts.
    native.open.call(this, 'GET', 'about:invalid', true);
    jobs.set(this, {
      method: String(method).toUpperCase(),
      url: verdict.url,
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
    const job = jobs.get(this);
    if (credential.unwanted(String(name), String(value), job !== undefined)) {
      return;
    }
    if (!job) {
      native.setRequestHeader.call(this, name, value);
      return;
    }
    if (job.sent) {
      throw invalidState('setRequestHeader');
    }
    job.headers.append(name, value);
  };

  /**
   * @this {XMLHttpRequest}
   * @param {Document | XMLHttpRequestBodyInit | null} [body]
   */
  prototype.send = function (body) {
    const job = jobs.get(this);
    if (!job) {
      native.send.call(this, body);
      return;
    }
    if (job.sent) {
      throw invalidState('send');
    }
    if (job.synchronous) {
      throw new window.DOMException('Synchronous requests are not possible here.', 'NetworkError');
    }
    job.sent = true;
    const plain = job.method === 'GET' || job.method === 'HEAD';
    carryOut(this, job, plain ? undefined : /** @type {BodyInit} */ (body ?? undefined));
  };

  /**
   * @param {XMLHttpRequest} xhr
   * @param {Job} job
   * @param {BodyInit} [body]
   */
  async function carryOut(xhr, job, body) {
    let timedOut = false;
    const timer = xhr.timeout > 0 ? setTimeout(() => ((timedOut = true), job.abort.abort()), xhr.timeout) : undefined;
    progress(xhr, 'loadstart', 0, 0);
    try {
      const request = new window.Request(job.url, {
        method: job.method,
        headers: job.headers,
        body,
        credentials: xhr.withCredentials ? 'include' : 'same-origin',
        signal: job.abort.signal,
      });
      const verdict = /** @type {import('./scope.js').Verdict} */ (scope.judge(request.method, request.url));
      job.response = await send(request, verdict);
      enter(xhr, job, HEADERS_RECEIVED);
      const { bytes, total } = await read(xhr, job, job.response);
      job.body = converted(xhr, job, bytes);
      enter(xhr, job, DONE);
      progress(xhr, 'load', bytes.byteLength, total);
      progress(xhr, 'loadend', bytes.byteLength, total);
    } catch {
      if (jobs.get(xhr) === job && (timedOut || !job.abort.signal.aborted)) {
        fail(xhr, job, timedOut ? 'timeout' : 'error');
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {Job} job
   * @param {Response} response
   * @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, total: number}>} total: bytes that were announced, 0 where none were
   */
  async function read(xhr, job, response) {
    const encoded = response.headers.has('Content-Encoding'); // the length is that of the encoded bytes
    const total = encoded ? 0 : Number(response.headers.get('Content-Length')) || 0;
    /** @type {Uint8Array[]} */
    const pieces = [];
    let loaded = 0;
    let last = 0;
    const reader = response.body?.getReader();
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      pieces.push(step.value);
      loaded += step.value.byteLength;
      const now = Date.now();
      if (now - last >= PROGRESS_MS) {
        last = now;
        enter(xhr, job, LOADING);
        progress(xhr, 'progress', loaded, total);
      }
    }
    const bytes = new Uint8Array(loaded);
    pieces.reduce((at, piece) => (bytes.set(piece, at), at + piece.byteLength), 0);
    if (pieces.length) {
      progress(xhr, 'progress', loaded, total);
    }
    return { bytes, total };
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {Job} job
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  function converted(xhr, job, bytes) {
    const type = job.mediaType ?? job.response?.headers.get('Content-Type') ?? '';
    switch (xhr.responseType) {
      case 'arraybuffer':
        return bytes.buffer;
      case 'blob':
        return new window.Blob([bytes], { type });
      case 'json':
        return parsed(new TextDecoder().decode(bytes));
      case 'document':
        return null; // nothing of an archive becomes a document of this page
      default:
        return new TextDecoder(charsetOf(type)).decode(bytes);
    }
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {Job} job
   * @param {number} readyState
   */
  function enter(xhr, job, readyState) {
    if (jobs.get(xhr) !== job || job.abort.signal.aborted) {
      throw new Error('No longer wanted');
    }
    job.readyState = readyState;
    xhr.dispatchEvent(new window.Event('readystatechange'));
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {Job} job
   * @param {'error' | 'timeout' | 'abort'} type
   */
  function fail(xhr, job, type) {
    job.response = undefined;
    job.body = undefined;
    job.readyState = DONE;
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

  /** @param {string} what */
  function invalidState(what) {
    return new window.DOMException(`${what} was called in the wrong state.`, 'InvalidStateError');
  }

  /** @this {XMLHttpRequest} */
  prototype.abort = function () {
    const job = jobs.get(this);
    if (!job) {
      native.abort.call(this);
      return;
    }
    const running = job.sent && job.readyState !== DONE;
    job.abort.abort();
    if (running) {
      fail(this, job, 'abort');
    }
    job.readyState = 0;
  };

  /**
   * @this {XMLHttpRequest}
   * @param {string} name
   */
  prototype.getResponseHeader = function (name) {
    const job = jobs.get(this);
    return job ? (job.response?.headers.get(name) ?? null) : native.getResponseHeader.call(this, name);
  };

  /** @this {XMLHttpRequest} */
  prototype.getAllResponseHeaders = function () {
    const job = jobs.get(this);
    const lines = [...(job?.response?.headers ?? [])].map(([name, value]) => `${name}: ${value}\r\n`);
    return job ? lines.join('') : native.getAllResponseHeaders.call(this);
  };

  /**
   * @this {XMLHttpRequest}
   * @param {string} type
   */
  prototype.overrideMimeType = function (type) {
    const job = jobs.get(this);
    if (job) {
      job.mediaType = String(type);
    } else {
      native.overrideMimeType.call(this, type);
    }
  };

  /** @type {Record<string, (job: Job, xhr: XMLHttpRequest) => unknown>} */
  const readers = {
    readyState: job => job.readyState,
    status: job => job.response?.status ?? 0,
    statusText: job => job.response?.statusText ?? '',
    responseURL: job => job.response?.url ?? '',
    response: (job, xhr) => (job.readyState === DONE && job.response ? job.body : isText(xhr) ? '' : null),
    responseText(job, xhr) {
      if (!isText(xhr)) {
        throw invalidState('responseText');
      }
      return job.readyState === DONE && job.response ? job.body : '';
    },
    responseXML: () => null,
  };
  for (const [name, readFrom] of Object.entries(readers)) {
    const descriptor = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(prototype, name));
    Object.defineProperty(prototype, name, {
      ...descriptor,
      get() {
        const job = jobs.get(this);
        return job ? readFrom(job, this) : descriptor.get?.call(this);
      },
    });
  }
}

/** @param {XMLHttpRequest} xhr */
function isText(xhr) {
  return xhr.responseType === '' || xhr.responseType === 'text';
}

/** @param {string} type */
function charsetOf(type) {
  const [, charset] = /charset\s*=\s*"?([\w-]+)/i.exec(type) ?? [];
  try {
    return new TextDecoder(charset ?? 'utf-8').encoding;
  } catch {
    return 'utf-8';
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
