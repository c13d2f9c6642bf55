import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startWorker } from '../src/media-worker.js';
import { settle } from './host.js';

const HERE = 'https://viewer.example/ohif/ohifbuild-media';

/** @param {{pages?: Record<string, (message: any, port: MessagePort) => void>}} [options] pages by the id of their client */
function started({ pages = {} } = {}) {
  /** @type {Record<string, (event: any) => void>} */
  const listeners = {};
  /** @type {string[]} */
  const done = [];
  const clients = Object.entries(pages).map(([id, answer]) => ({
    id,
    postMessage: (/** @type {any} */ message, /** @type {Transferable[]} */ [port]) => {
      answer(message, /** @type {MessagePort} */ (port));
    },
  }));
  startWorker({
    location: /** @type {Location} */ (/** @type {unknown} */ (new URL(`${HERE}.js`))),
    skipWaiting: async () => void done.push('skip'),
    registration: { unregister: async () => Boolean(done.push('unregister')) },
    clients: {
      claim: async () => void done.push('claim'),
      get: async id => clients.find(client => client.id === id),
      matchAll: async () => clients,
    },
    addEventListener: (type, listener) => void (listeners[type] = listener),
  });
  /**
   * @param {string} url
   * @param {{destination?: string, clientId?: string, range?: string}} [request]
   * @returns {Promise<Response> | undefined} undefined if the browser answers it
   */
  function fetched(url, { destination = 'video', clientId = 'page', range = '' } = {}) {
    /** @type {Promise<Response> | undefined} */
    let answer;
    const request = { url, destination, headers: new Headers(range ? { Range: range } : {}) };
    const respondWith = (/** @type {Promise<Response>} */ given) => (answer = given);
    listeners.fetch({ request, clientId, respondWith, waitUntil: () => undefined });
    return answer;
  }
  const told = async (/** @type {unknown} */ data, /** @type {string} */ id) => {
    listeners.message({ data, source: { id }, waitUntil: () => undefined });
    await settle();
    return done;
  };
  return { fetched, told };
}

for (const [what, url, request] of /** @type {const} */ ([
  ['a picture', `${HERE}/1`, { destination: 'image' }],
  ['a page', `${HERE}/1`, { destination: 'document' }],
  ['a frame', `${HERE}/1`, { destination: 'iframe' }],
  ['a script of the page', `${HERE}/1`, { destination: '' }],
  ['a video of the archive', 'https://viewer.example/dicom-web/studies/1/rendered', {}],
  ['a video of another viewer', 'https://viewer.example/ohif/two/ohifbuild-media/1', {}],
  ['a video of another origin', 'https://evil.example/ohif/ohifbuild-media/1', {}],
])) {
  test(`${what} is not its to answer`, () => {
    assert.equal(started().fetched(url, request), undefined);
  });
}

test('the page that asks, and no other, is asked for the bytes', async () => {
  /** @type {unknown[]} */
  const asked = [];
  const { fetched } = started({
    pages: {
      other: () => assert.fail('another page was asked'),
      page(message, port) {
        asked.push(message);
        const chunks = [Uint8Array.of(1, 2), Uint8Array.of(3)];
        port.onmessage = () => port.postMessage({ bytes: chunks.shift() });
        port.postMessage({ status: 206, headers: { 'Content-Range': 'bytes 5-7/9' }, hasBody: true });
      },
    },
  });
  const response = await fetched(`${HERE}/abc`, { range: 'bytes=5-' });
  assert.deepEqual(asked, [{ id: 'abc', range: 'bytes=5-' }]);
  assert.deepEqual([response?.status, response?.headers.get('Content-Range')], [206, 'bytes 5-7/9']);
  assert.deepEqual([...new Uint8Array((await response?.arrayBuffer()) ?? [])], [1, 2, 3]);
});

test('a body that breaks off is an error, and one that nobody reads is stopped', async () => {
  /** @type {string[]} */
  const got = [];
  const { fetched } = started({
    pages: {
      page(_, port) {
        port.onmessage = ({ data }) => {
          got.push(data);
          port.postMessage({ failed: true });
          if (data === 'stop') {
            port.close();
          }
        };
        port.postMessage({ status: 200, headers: {}, hasBody: true });
      },
    },
  });
  await assert.rejects(/** @type {Response} */ (await fetched(`${HERE}/1`)).arrayBuffer());
  const second = /** @type {Response} */ (await fetched(`${HERE}/1`));
  await second.body?.cancel();
  await new Promise(resolve => setTimeout(resolve, 20));
  assert.deepEqual(got, ['next', 'stop']);
});

test('a page that is gone, or that does not know the address, gets an error', async () => {
  const { fetched } = started({
    pages: { page: (_, port) => port.postMessage({ status: 0 }) },
  });
  assert.equal((await fetched(`${HERE}/1`))?.type, 'error');
  assert.equal((await fetched(`${HERE}/1`, { clientId: 'gone' }))?.type, 'error');
});

test('it ends with its last page', async () => {
  const pages = { page: () => undefined, other: () => undefined };
  assert.deepEqual(await started({ pages }).told('end', 'page'), []);
  assert.deepEqual(await started({ pages: { page: pages.page } }).told('end', 'page'), ['unregister']);
  assert.deepEqual(await started().told('end', 'page'), ['unregister']);
});

test('any other message makes it take the pages of its path, and tells nothing', async () => {
  assert.deepEqual(await started().told({ id: '1', token: true }, 'evil'), ['claim']);
});
