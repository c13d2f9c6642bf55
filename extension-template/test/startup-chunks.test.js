import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { useStartupFiles } from '../src/early/startup-chunks.js';

const FILES = { queue: 'webpackChunk', chunks: ['11', '22'], styled: ['22'], later: '' };
const [SCRIPT, STYLE] = ['ohifbuild-startup-script', 'ohifbuild-startup-style'];

/** A page with a runtime as webpack writes it: it runs the functions of the entries that came before it. */
function page() {
  /** @type {any} */
  const { window } = new JSDOM('<body></body>');
  useStartupFiles(window, FILES);
  /** @type {string[]} */
  const loaded = [];
  /** @type {{f: Record<string, (chunk: number, promises: Promise<unknown>[]) => void>}} */
  const require = {
    f: {
      j: (chunk, promises) => promises.push(Promise.resolve(loaded.push(`script ${chunk}`))),
      miniCss: (chunk, promises) => promises.push(Promise.resolve(loaded.push(`style ${chunk}`))),
    },
  };
  window.webpackChunk.forEach((/** @type {any[]} */ [, , run]) => run(require));
  return {
    loaded,
    /** @param {number} chunk */
    load(chunk) {
      /** @type {Promise<unknown>[]} */
      const promises = [];
      require.f.j(chunk, promises);
      require.f.miniCss(chunk, promises);
      return Promise.all(promises);
    },
    /**
     * @param {string} type
     * @param {string} id
     */
    happens(type, id) {
      const element = window.document.body.appendChild(window.document.createElement('i'));
      element.id = id;
      element.dispatchEvent(new window.Event(type));
    },
  };
}

test('a chunk that is in the joined files waits for both', async () => {
  const { loaded, load, happens } = page();
  let done = false;
  const loading = load(22).then(() => (done = true));
  happens('load', STYLE);
  await Promise.resolve();
  assert.equal(done, false);
  happens('load', SCRIPT);
  await loading;
  // The runtime itself sees that the chunk is installed.
  assert.deepEqual(loaded, ['script 22']);
});

test('a chunk that asks after the files have come does not wait', async () => {
  const { load, happens } = page();
  happens('load', SCRIPT);
  happens('load', STYLE);
  await load(22);
});

test('other chunks are loaded at once', async () => {
  const { loaded, load } = page();
  await load(33);
  assert.deepEqual(loaded, ['script 33', 'style 33']);
});

test('the runtime loads the chunks itself if the joined files cannot be loaded', async () => {
  const { loaded, load, happens } = page();
  happens('error', SCRIPT);
  happens('error', STYLE);
  await load(22);
  assert.deepEqual(loaded, ['script 22', 'style 22']);
});

test('events of other elements mean nothing', async () => {
  const { load, happens } = page();
  let done = false;
  const loading = load(11).then(() => (done = true));
  happens('load', 'another');
  await Promise.resolve();
  assert.equal(done, false);
  happens('load', SCRIPT);
  await loading;
});

test('a page without joined files stays as it is', () => {
  /** @type {any} */
  const { window } = new JSDOM('');
  useStartupFiles(window, undefined);
  assert.equal('webpackChunk' in window, false);
});
