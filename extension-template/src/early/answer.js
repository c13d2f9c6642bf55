/**
 * Sends a request once, reads its answer to the end, and says what it is worth. The page gets an answer only when it is
 * known to be whole: what is cut off is asked for again, and what is of another study is not given to anybody.
 */

import { kindOf, meaningOf } from '../contract/answers.js';
import { keepJson, readContent, statusOf } from './content.js';
import { targetOf } from './request-errors.js';
import { giveUp } from './retry.js';

/** @typedef {import('../contract/answers.js').Status} Status */

/**
 * @typedef {object} Outcome of a request
 * @property {Status} status
 * @property {Response} [response] undefined if there is none, or none that may be used
 * @property {unknown} [error] as fetch has thrown it
 */

/** Syntaxes of which OHIF shows a part of an image before the rest has come (High-Throughput JPEG 2000). */
const PROGRESSIVE = /image\/jphc|1\.2\.840\.10008\.1\.2\.4\.20[1-3]/i;
/** Bytes of a document that are kept in memory before the browser may put them elsewhere. */
const MOST_IN_MEMORY = 16_000_000;

/**
 * Creates the requests of one page.
 *
 * @param {Window & typeof globalThis} window before its fetch is guarded
 * @param {ReturnType<typeof import('./silence.js').createSilence>} silence
 * @param {ReturnType<typeof import('./frame-sizes.js').createFrameSizes>} sizes
 */
export function createAnswers(window, silence, sizes) {
  const { fetch } = window;

  /**
   * Sends a request.
   *
   * @param {Request} request
   * @param {() => void} onSlow is called if the archive is silent for long
   * @returns {Promise<Outcome>}
   */
  return async function ask(request, onSlow) {
    const kind = kindOf(targetOf(request.url));
    const abort = new AbortController();
    const end = () => abort.abort(request.signal.reason);
    request.signal.addEventListener('abort', end);
    const stop = silence.watch(kind === 'frames', {
      reported: onSlow,
      over: () => abort.abort(new TypeError('Failed to fetch')),
    });
    /** @type {Response | undefined} */
    let response;
    let arrives = false;
    try {
      response = await fetch.call(window, new window.Request(request.clone(), { signal: abort.signal }));
      silence.hear();
      if (response.type === 'opaqueredirect') {
        return { status: 302, response, error: new TypeError('Failed to fetch') };
      }
      const status = statusOf(response, kind);
      arrives = meaningOf(status) !== undefined || passesOn(request, response);
      if (arrives) {
        return mayUse(status, kind) ? { status, response } : refused(status, response);
      }
      return await whole(request, response, kind);
    } catch (error) {
      giveUp(response);
      return { status: 0, error };
    } finally {
      stop();
      if (!arrives) {
        request.signal.removeEventListener('abort', end);
      }
    }
  };

  /**
   * @param {Request} request
   * @param {Response} response that is a success
   * @param {import('../contract/answers.js').Kind} kind
   * @returns {Promise<Outcome>}
   */
  async function whole(request, response, kind) {
    const type = response.headers.get('Content-Type') ?? '';
    const isFile = (kind === 'document' || kind === 'thumbnail') && !/^multipart\//i.test(type);
    const body = await read(response, isFile);
    if (isFile || !(body instanceof Uint8Array)) {
      return { status: response.status, response: copyOf(response, body) };
    }
    const { status, bytes, json } = readContent(request.url, kind, type, body, sizes);
    if (status !== undefined || !bytes) {
      return refused(status ?? 'unreadable', response);
    }
    const copy = copyOf(response, bytes);
    keepJson(copy, json);
    return { status: response.status, response: copy };
  }

  /**
   * @param {Response} response
   * @param {boolean} isFile
   * @returns {Promise<Uint8Array<ArrayBuffer> | Blob>} a Blob for a large file
   */
  async function read(response, isFile) {
    /** @type {(Blob | Uint8Array<ArrayBuffer>)[]} */
    let parts = [];
    let size = 0;
    let inMemory = 0;
    const reader = response.body?.getReader();
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      silence.hear();
      parts.push(step.value);
      size += step.value.byteLength;
      inMemory += step.value.byteLength;
      if (isFile && inMemory > MOST_IN_MEMORY) {
        parts = [new window.Blob(parts)];
        inMemory = 0;
      }
    }
    if (parts[0] instanceof window.Blob) {
      return new window.Blob(parts);
    }
    const bytes = new Uint8Array(size);
    /** @type {Uint8Array[]} */ (parts).reduce((at, part) => (bytes.set(part, at), at + part.byteLength), 0);
    return bytes;
  }

  /**
   * @param {Response} response
   * @param {Uint8Array<ArrayBuffer> | Blob} body
   */
  function copyOf(response, body) {
    const { status, statusText, headers, url } = response;
    return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', { value: url });
  }
}

/**
 * Whether an answer is given to the page as it arrives: pieces of a video, and images that show while they arrive.
 *
 * @param {Request} request
 * @param {Response} response
 */
function passesOn(request, response) {
  const type = response.headers.get('Content-Type') ?? '';
  return request.method !== 'GET' || request.headers.has('Range') || PROGRESSIVE.test(type);
}

/**
 * Whether the page gets an answer that is an error. Content that is no image must not become one.
 *
 * @param {Status} status
 * @param {import('../contract/answers.js').Kind} kind
 */
function mayUse(status, kind) {
  return status !== 'unreadable' || kind === 'document' || kind === 'thumbnail';
}

/**
 * @param {Status} status
 * @param {Response} response
 * @returns {Outcome}
 */
function refused(status, response) {
  giveUp(response);
  return { status, error: new TypeError('Failed to fetch') };
}
