/**
 * The service worker of a viewer. It answers the requests that the browser itself sends for a video or for sound, with
 * what the page has fetched for it: see `early/media-streams.js`.
 *
 * It sends nothing, stores nothing, and never has a token. Whether something may be asked for, and with which header, is
 * decided by the page's guards alone. So a worker that the browser has stopped and started again has lost nothing. An
 * address is known only to the page that made it, and only that page is asked about it. Of the two messages that it takes,
 * one makes it the worker of the pages of its path, and one ends it if it has none.
 */

/**
 * @typedef {object} ClientWindow what this file uses of a Client
 * @property {string} id
 * @property {(message: unknown, transfer: Transferable[]) => void} postMessage
 */

/**
 * @typedef {object} Scope what this file uses of a ServiceWorkerGlobalScope
 * @property {Location} location
 * @property {() => Promise<void>} skipWaiting
 * @property {{unregister: () => Promise<boolean>}} registration
 * @property {{claim: () => Promise<void>, get: (id: string) => Promise<ClientWindow | undefined>, matchAll: () => Promise<readonly ClientWindow[]>}} clients
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 */

const MEDIA = ['video', 'audio'];

/**
 * Begins to answer.
 *
 * @param {Scope} scope
 */
export function startWorker(scope) {
  const folder = scope.location.origin + scope.location.pathname.replace(/\.js$/, '/');
  scope.addEventListener('install', () => void scope.skipWaiting());
  scope.addEventListener('activate', event => event.waitUntil(scope.clients.claim()));
  scope.addEventListener('message', event => {
    event.waitUntil(event.data === 'end' ? endIfUnused(event.source?.id) : scope.clients.claim());
  });
  scope.addEventListener('fetch', event => {
    const { request, clientId } = event;
    if (request.url.startsWith(folder) && MEDIA.includes(request.destination)) {
      const [id, range] = [request.url.slice(folder.length), request.headers.get('Range') ?? ''];
      // A browser may end a worker whose event is over, although the body has not ended.
      event.waitUntil(new Promise(done => event.respondWith(answer(clientId, id, range, done))));
    }
  });

  /** @param {string | undefined} leaving the page that needs it no longer */
  async function endIfUnused(leaving) {
    const pages = await scope.clients.matchAll();
    if (pages.every(({ id }) => id === leaving)) {
      await scope.registration.unregister();
    }
  }

  /**
   * @param {string} clientId of the page that has the element
   * @param {string} id
   * @param {string} range
   * @param {(value?: unknown) => void} done to be called at the end of the body
   * @returns {Promise<Response>}
   */
  async function answer(clientId, id, range, done) {
    const client = await scope.clients.get(clientId);
    const { port1: port, port2 } = new MessageChannel();
    const answered = next(port);
    client?.postMessage({ id, range }, [port2]);
    const { status, headers, hasBody } = client ? await answered : { status: 0 };
    const end = () => {
      port.close();
      done();
    };
    if (!hasBody) {
      end();
    }
    return status ? new Response(hasBody ? bodyFrom(port, end) : null, { status, headers }) : Response.error();
  }
}

/**
 * A body whose pieces the page sends one by one, each when the browser wants it.
 *
 * @param {MessagePort} port
 * @param {() => void} done called at its end
 */
function bodyFrom(port, done) {
  return new ReadableStream(
    {
      async pull(controller) {
        const sent = next(port);
        port.postMessage('next');
        const { bytes, failed } = await sent;
        if (bytes) {
          controller.enqueue(bytes);
          return;
        }
        if (failed) {
          controller.error(new TypeError('Failed to fetch'));
        } else {
          controller.close();
        }
        done();
      },
      cancel() {
        port.postMessage('stop');
        done();
      },
    },
    { highWaterMark: 0 }
  );
}

/**
 * The next message of the page.
 *
 * @param {MessagePort} port
 * @returns {Promise<any>}
 */
function next(port) {
  return new Promise(resolve => {
    port.onmessage = ({ data }) => resolve(data);
  });
}

if (typeof window === 'undefined' && 'clients' in globalThis) {
  startWorker(/** @type {Scope} */ (/** @type {unknown} */ (globalThis)));
}
