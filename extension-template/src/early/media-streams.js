/**
 * Videos and sound that play while they arrive.
 *
 * The element gets an address that only this page knows. The browser requests it piece by piece; the page's service
 * worker (`media-worker.js`) passes each request on to this module, which fetches that range of the real URL through the
 * page's own guarded fetch. So every rule, header and message is that of any other request, and the token stays here.
 *
 * The first piece is fetched before there is a worker. An archive that answers it with the whole file does not know
 * ranges: then, and without a worker, the element gets an object URL (`blob-cache.js`).
 */

import { giveUp } from './retry.js';
import { harmless } from './media-types.js';

/** @typedef {import('../contract/answers.js').Status} Status */

/**
 * Bytes of one request to the archive. A browser asks for the whole rest of a file, and would keep one answer open for as
 * long as a video is paused; Chromium ends a worker's answer after five minutes.
 */
const PIECE = 4 * 1024 * 1024;

const RANGE = /^bytes=(\d{1,15})-(\d{0,15})$/;

/**
 * @typedef {object} Stream
 * @property {string} url
 * @property {AbortController} abort
 * @property {Response} [first] the first piece, until it is used
 * @property {(status: Status) => void} onFailed
 */

/**
 * Creates the streams of one page.
 *
 * @param {Window & typeof globalThis} window its fetch must be guarded already
 * @param {string} folder path of the addresses
 * @param {import('./worker-control.js').WorkerControl} control
 * @param {ReturnType<typeof import('./blob-cache.js').createBlobCache>} cache
 */
export function createMediaStreams(window, folder, control, cache) {
  /** @type {Map<string, Stream>} */
  const streams = new Map();

  /**
   * @param {string} url absolute, under the roots
   * @param {(status: Status) => void} onFailed called if a later request fails
   * @returns {{url: Promise<string>, release: () => void}}
   */
  function acquire(url, onFailed) {
    if (!control.container) {
      return cache.acquire(url, 'media', null);
    }
    const abort = new AbortController();
    let end = () => {};
    return {
      url: open(),
      release() {
        abort.abort();
        end();
      },
    };

    async function open() {
      const began = fetchRange(url, pieceFrom(0), abort.signal);
      const [first, controlled] = await Promise.all([began, control.ready()]);
      if (first.status === 206 && controlled && !abort.signal.aborted) {
        const id = window.crypto.randomUUID();
        streams.set(id, { url, abort, first, onFailed });
        end = () => void streams.delete(id);
        return folder + id;
      }
      const partial = first.status === 206;
      if (partial) {
        giveUp(first);
      }
      const download = cache.acquire(url, 'media', null, partial ? undefined : first);
      end = download.release;
      if (abort.signal.aborted) {
        end();
      }
      return download.url;
    }
  }

  /**
   * @param {string} url
   * @param {string} range
   * @param {AbortSignal} signal
   */
  function fetchRange(url, range, signal) {
    return window.fetch(url, { signal, headers: { Accept: '*/*', Range: range } });
  }

  /**
   * Answers one request of the browser.
   *
   * @param {Stream | undefined} stream
   * @param {string} range
   * @param {MessagePort} port
   */
  async function serve(stream, range, port) {
    if (!stream) {
      port.postMessage({ status: 0 });
      return;
    }
    const abort = new AbortController();
    const { signal } = abort;
    stream.abort.signal.addEventListener('abort', () => abort.abort(), { signal });
    const response = await responseTo(stream, range, signal);
    const { ok, status } = response ?? { ok: false, status: 0 };
    if (!response?.body || !ok) {
      giveUp(response);
      if (!signal.aborted && status !== 416) {
        stream.onFailed(status);
      }
      port.postMessage({ status, headers: {}, hasBody: false });
      return;
    }
    const reader = response.body.getReader();
    port.onmessage = async ({ data }) => {
      if (data !== 'next') {
        abort.abort();
        reader.cancel().catch(() => undefined);
        port.close();
        return;
      }
      const { value } = await reader.read().catch(() => ({ value: null }));
      port.postMessage({ bytes: value, failed: value === null }, value ? [value.buffer] : []);
    };
    port.postMessage({ status, headers: headersOf(response), hasBody: true });
  }

  /**
   * @param {Stream} stream
   * @param {string} range
   * @param {AbortSignal} signal
   * @returns {Promise<Response | undefined>} undefined if there is none
   */
  async function responseTo(stream, range, signal) {
    const { first, url } = stream;
    stream.first = undefined;
    const [, start, end = ''] = RANGE.exec(range) ?? [];
    try {
      if (first && !Number(start ?? 0) && !end) {
        return start ? first : await whole(url, first, signal);
      }
      giveUp(first);
      const piece = await fetchRange(url, pieceFrom(Number(start ?? 0), end), signal);
      return start || piece.status !== 206 ? piece : await whole(url, piece, signal);
    } catch {
      return undefined;
    }
  }

  /**
   * All of a file, piece by piece, for a browser that asks for no range (WebKit at first).
   *
   * @param {string} url
   * @param {Response} first its first piece
   * @param {AbortSignal} signal
   */
  async function whole(url, first, signal) {
    const total = /\/(\d+)$/.exec(first.headers.get('Content-Range') ?? '')?.[1] ?? '0';
    let reader = first.body?.getReader();
    let sent = 0;
    const body = new ReadableStream(
      {
        async pull(controller) {
          let value = (await reader?.read())?.value;
          if (!value && sent < Number(total)) {
            const next = await fetchRange(url, pieceFrom(sent), signal);
            reader = next.status === 206 ? next.body?.getReader() : undefined;
            value = (await reader?.read())?.value;
            if (!value) {
              throw new TypeError('Failed to fetch');
            }
          }
          if (value) {
            sent += value.length;
            controller.enqueue(value);
          } else {
            controller.close();
          }
        },
        cancel: () => reader?.cancel(),
      },
      { highWaterMark: 0 }
    );
    const type = first.headers.get('Content-Type') ?? '';
    return new Response(body, { headers: { 'Content-Type': type, 'Content-Length': total } });
  }

  control.container?.addEventListener('message', ({ data, source, ports: [port] }) => {
    if (port && control.isOurs(source)) {
      void serve(streams.get(String(data?.id)), String(data?.range), port);
    }
  });
  control.container?.startMessages();

  return { acquire };
}

/**
 * @param {number} start
 * @param {string} [end] the last byte that is wanted; '' for the last of the file
 */
function pieceFrom(start, end = '') {
  return `bytes=${start}-${Math.min(start + PIECE - 1, end === '' ? Infinity : Number(end))}`;
}

/**
 * The headers that a player needs, with a type that cannot run scripts.
 *
 * @param {Response} response
 * @returns {Record<string, string>}
 */
function headersOf({ headers }) {
  const kept = ['Content-Range', 'Content-Length'].flatMap(name => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(kept),
    'Content-Type': harmless(headers.get('Content-Type') ?? '') ?? 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
