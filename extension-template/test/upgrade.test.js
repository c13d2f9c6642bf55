/** Code of the viewer that cannot be loaded any more: the page offers to be loaded again, with its link. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORIGIN, settle, started } from './host.js';

const PATH = '/viewer?StudyInstanceUIDs=1.2.3&token=t';

/** @param {Parameters<typeof started>[0]} [options] */
function opened(options) {
  const tab = started({ path: PATH, ...options });
  /**
   * @param {string} name
   * @param {Record<string, string>} attributes
   */
  function fails(name, attributes) {
    const element = Object.assign(tab.document.createElement(name), attributes);
    tab.document.head.append(element);
    element.dispatchEvent(new tab.window.Event('error'));
  }
  /** @param {unknown} reason */
  function rejects(reason) {
    tab.window.dispatchEvent(Object.assign(new tab.window.Event('unhandledrejection'), { reason }));
  }
  return { ...tab, fails, rejects };
}

test('a missing script or style sheet of this origin', async () => {
  for (const [name, attributes] of /** @type {[string, Record<string, string>][]} */ ([
    ['script', { src: '/147.bundle.js' }],
    ['link', { rel: 'stylesheet', href: '/147.css' }],
  ])) {
    const { fails, reason, message } = opened();
    fails(name, attributes);
    await settle();
    assert.deepEqual([reason(), message()?.className], ['updated', 'notice']);
    assert.equal(message()?.querySelector('button')?.textContent, 'Load again');
  }
});

test('a missing module or chunk', async () => {
  for (const error of [
    Object.assign(new Error('Loading chunk 147 failed.'), { name: 'ChunkLoadError', request: `${ORIGIN}/147.js` }),
    Object.assign(new Error('Loading CSS chunk 147 failed.'), { code: 'CSS_CHUNK_LOAD_FAILED', request: '/147.css' }),
    new TypeError(`Failed to fetch dynamically imported module: ${ORIGIN}/mode.js`),
    new TypeError(`error loading dynamically imported module: ${ORIGIN}/mode.js`),
    new TypeError('Importing a module script failed.'),
  ]) {
    const { rejects, reason } = opened();
    rejects(error);
    await settle();
    assert.equal(reason(), 'updated', error.message);
  }
});

test('nothing else is a missing part of the viewer', async () => {
  const { fails, rejects, reason } = opened();
  fails('script', { src: 'https://evil.example/x.js' });
  fails('link', { rel: 'icon', href: '/favicon.ico' });
  fails('img', { src: '/x.png' });
  fails('script', {});
  rejects(new TypeError('Failed to fetch dynamically imported module: https://evil.example/mode.js'));
  rejects(new Error('request failed'));
  rejects(undefined);
  await settle();
  assert.equal(reason(), undefined);
});

test('scripts that the browser drops because the page unloads are not missing', async () => {
  const { fails, window, reason } = opened();
  window.dispatchEvent(new window.Event('pagehide'));
  fails('script', { src: '/147.bundle.js' });
  await settle();
  assert.equal(reason(), undefined);
});

test('the page that is loaded again has the token, also if it is stored nowhere', async () => {
  for (const storage of ['tab', 'memory']) {
    const settings = { storage };
    const { fails, message, address, stored } = opened({ settings });
    fails('script', { src: '/147.bundle.js' });
    await settle();
    message()?.querySelector('button')?.click(); // jsdom cannot reload; what the next page finds is there
    const next = started({ path: address(), session: stored(), settings });
    assert.equal(next.api.link().status, 'ready', storage);
    await next.xhr('/dicom-web/studies/1.2.3');
    assert.equal(next.sent[0].headers.token, 't');
    const other = started({ path: '/viewer?StudyInstanceUIDs=9.9', session: stored(), settings });
    assert.equal(other.api.link().status, 'no-token', storage);
  }
});
