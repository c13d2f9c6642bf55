import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTab, ORIGIN, settle, started } from './host.js';

const A = '/viewer?StudyInstanceUIDs=1.2.3';
const B = '/viewer?StudyInstanceUIDs=1.2.4';

test('the token is gone from the address bar and history, and on the way to the archive', async () => {
  const { api, address, xhr, sent, window } = started({ path: `${A}&token=t%2B1` });
  assert.equal(address(), A);
  assert.equal(window.history.length, 1);
  assert.deepEqual(api.link(), { status: 'ready', studies: ['1.2.3'], url: undefined, source: 'dicomweb' });
  await xhr('/dicom-web/studies/1.2.3/series');
  assert.deepEqual(
    sent.map(({ headers }) => headers),
    [{ token: 't+1' }]
  );
});

test('the history state stays if only the spelling of the address changes', () => {
  const tab = openTab({ path: '/viewer?studyinstanceuids=1.2.3' });
  tab.window.history.replaceState({ idx: 3 }, '', tab.window.location.href);
  tab.start();
  assert.deepEqual(tab.window.history.state, { idx: 3 });
  assert.equal(tab.address(), A);
});

test('a reload finds the token again, also with the studies in another order', () => {
  const first = started({ path: '/viewer?StudyInstanceUIDs=1.2.4,1.2.3&token=t' });
  const { api } = started({ path: '/viewer?studyinstanceuids=1.2.3&studyinstanceuids=1.2.4', session: first.stored() });
  assert.equal(api.link().status, 'ready');
});

test('a link for other studies in the same tab does not inherit it', async () => {
  const first = started({ path: `${A}&token=t` });
  for (const path of [B, '/viewer?StudyInstanceUIDs=1.2.3,1.2.4', '/']) {
    const { api, xhr, sent, reason } = started({ path, session: first.stored() });
    assert.equal(api.link().status, 'no-token', path);
    await xhr('/dicom-web/studies/1.2.3');
    assert.deepEqual(sent, []);
    assert.equal(reason(), 'no-token');
  }
});

test('the same studies with a new token replace it; with a bad one, forget it', async () => {
  const first = started({ path: `${A}&token=old` });
  const second = started({ path: `${A}&token=new`, session: first.stored() });
  assert.deepEqual(Object.values(second.stored()), ['new']);
  const third = started({ path: `${A}&token=a%0ab`, session: second.stored() });
  await settle();
  assert.deepEqual([third.api.link().status, third.reason(), third.stored()], ['bad-token', 'bad-token', {}]);
});

test('only a page with a usable link loads the viewer', () => {
  const session = started({ path: `${A}&token=t` }).stored();
  for (const [path, loads] of /** @type {const} */ ([
    [A, true],
    [`${A}&token=t`, false], // it leaves
    [B, false],
    ['/', false],
    [`${A}&url=/dicom-web/x.json`, false],
    [`${A}&token=a%0ab`, false],
  ])) {
    const tab = openTab({ path, session });
    /** @type {string[]} */
    const written = [];
    Object.defineProperty(tab.document, 'readyState', { value: 'loading' });
    tab.document.write = text => written.push(text);
    tab.start();
    assert.deepEqual(written, loads ? [] : ['<plaintext hidden>'], path);
  }
});

test('a bad token stays bad when OHIF rewrites the address, until a good one comes', async () => {
  const { api, window } = started({ path: `${A}&token=a%0ab` });
  window.history.replaceState({ idx: 0 }, '', A);
  assert.equal(api.link().status, 'bad-token');
  window.history.pushState(null, '', `${A}&x=1`);
  assert.equal(api.link().status, 'bad-token');
  window.history.pushState(null, '', B);
  assert.equal(api.link().status, 'no-token');
});

test('with `storage: memory` nothing is stored', () => {
  const first = started({ path: `${A}&token=t`, settings: { storage: 'memory' } });
  assert.deepEqual([first.api.link().status, first.stored()], ['ready', {}]);
  assert.equal(
    started({ path: A, settings: { storage: 'memory' }, session: { 'ohifbuild:/:1.2.3': 't' } }).api.link().status,
    'no-token'
  );
});

test('a stored value that is no token is not sent', () => {
  assert.equal(started({ path: A, session: { 'ohifbuild:/:1.2.3': 'a\r\nb' } }).api.link().status, 'no-token');
});

test('works if storage is off', () => {
  const tab = openTab({ path: `${A}&token=t` });
  Object.defineProperty(tab.window, 'sessionStorage', {
    get: () => {
      throw new Error('SecurityError');
    },
  });
  assert.equal(tab.start().link().status, 'ready');
});

test('in-app navigation keeps the token for its studies, with or without the query', () => {
  const { api, window } = started({ path: `${A}&token=t` });
  for (const path of ['/segmentation?StudyInstanceUIDs=1.2.3', '/notfoundstudy', `${A}#x`]) {
    window.history.pushState(null, '', path);
    assert.equal(api.link().status, 'ready', path);
  }
  window.history.pushState(null, '', B);
  assert.equal(api.link().status, 'no-token');
  window.history.replaceState(null, '', A);
  assert.equal(api.link().status, 'ready');
});

test('back and forward find each study with its own token', async () => {
  const session = started({ path: `${A}&token=a` }).stored();
  const { api, window, xhr, sent } = started({ path: `${B}&token=b`, session });
  window.history.replaceState(null, '', A);
  window.history.pushState(null, '', B);
  await xhr('/dicom-web/studies/1.2.4');
  const moved = new Promise(resolve => window.addEventListener('popstate', resolve));
  window.history.back();
  await moved;
  await xhr('/dicom-web/studies/1.2.3');
  assert.deepEqual([sent.map(({ headers }) => headers.token), api.link().studies], [['b', 'a'], ['1.2.3']]);
});

test('a link pasted over the page that differs after the # starts over with its token', async () => {
  for (const storage of ['tab', 'memory']) {
    const opened = started({ path: `${A}&token=old`, settings: { storage } });
    const changed = new Promise(resolve => opened.window.addEventListener('hashchange', resolve));
    opened.window.location.hash = '#token=new';
    await changed;
    assert.deepEqual(opened.left, [`${ORIGIN}${A}&`]);
    await opened.xhr('/dicom-web/studies/1.2.3');
    assert.deepEqual([opened.sent, opened.message()], [[], null]);
    const next = started({ path: `${A}&`, session: opened.stored(), settings: { storage } });
    await next.xhr('/dicom-web/studies/1.2.3');
    assert.deepEqual(
      next.sent.map(({ headers }) => headers.token),
      ['new']
    );
  }
});

test('a bad token pasted after the # shows a message, and the previous token is removed', async () => {
  const opened = started({ path: `${A}&token=old` });
  const changed = new Promise(resolve => opened.window.addEventListener('hashchange', resolve));
  opened.window.location.hash = `#token=${'x'.repeat(20000)}`;
  await changed;
  const next = started({ path: String(opened.left[0]).slice(ORIGIN.length), session: opened.stored() });
  await settle();
  assert.deepEqual([next.stored(), next.reason()], [{}, 'bad-token']);
});

test('only with `studyList` the token of the study list is used for the studies opened from it', () => {
  const settings = { studyList: true };
  const list = started({ path: '/?token=t', settings });
  assert.equal(list.api.link().status, 'ready');
  list.window.history.pushState(null, '', A);
  assert.equal(list.api.link().status, 'ready');
  assert.equal(started({ path: '/?token=t' }).api.link().status, 'no-token');
});

test('a link whose studies are no UIDs sends no request', async () => {
  const { reason, xhr, sent } = started({ path: '/viewer?StudyInstanceUIDs=../x&token=t' });
  await xhr('/dicom-web/studies');
  assert.deepEqual([reason(), sent], ['bad-link', []]);
});

test('started twice is started once', () => {
  const { api, tab } = started({ path: `${A}&token=t` });
  assert.equal(tab.start(), api);
  assert.ok(Object.isFrozen(api) && Object.isFrozen(api.settings) && Object.isFrozen(api.link()));
});

test('unreadable settings leave the strict defaults', () => {
  const tab = openTab({ path: A });
  const element = /** @type {HTMLElement} */ (tab.document.getElementById('ohifbuild-settings'));
  element.textContent = '{"studyList": tru';
  const { settings } = tab.start();
  assert.deepEqual([settings.studyList, settings.priors, settings.roots], [false, 'never', ['/dicom-web']]);
});

test('the API gives the header for URLs of the link only, and the token nowhere else', () => {
  const { api } = started({
    path: `${A}&token=secret`,
    settings: { tokenHeader: 'Authorization', tokenScheme: 'Bearer' },
  });
  assert.deepEqual(api.headers('/dicom-web/studies/1.2.3'), { Authorization: 'Bearer secret' });
  assert.deepEqual(api.headers('/dicom-web/studies/9.9'), {});
  assert.deepEqual(api.headers('/dicom-web/studies'), {});
  assert.deepEqual(api.headers('https://evil.example/dicom-web/x'), {});
  assert.ok(!JSON.stringify([api, api.link()]).includes('secret'));
});

test('listeners hear of refusals until they leave', async () => {
  const { api, xhr } = started({ path: `${A}&token=t`, archive: () => ({ status: 403 }) });
  /** @type {unknown[]} */
  const errors = [];
  const leave = api.onRefused(error => errors.push(error));
  await xhr('/dicom-web/studies/1.2.3');
  await xhr('/dicom-web/studies?00100020=1');
  leave();
  await xhr('/dicom-web/studies/1.2.3');
  assert.deepEqual(errors, [
    { reason: 'refused', status: 403 },
    { reason: 'outside', status: 0 },
  ]);
});

test('the page may connect to its own origin, the roots and the origins in `connect`, and to nothing else', () => {
  const policy = (/** @type {Record<string, unknown>} */ settings) =>
    started({ path: A, settings })
      .document.querySelector('meta[http-equiv="Content-Security-Policy"]')
      ?.getAttribute('content');
  assert.equal(policy({}), "connect-src 'self' blob: data:");
  assert.equal(
    policy({
      roots: ['/dicom-web', 'https://PACS.example:443/a'],
      connect: ['https://api.example/x', 'javascript:1', '*', 'http://[', 'http://plain.example:8042'],
    }),
    "connect-src 'self' blob: data: https://pacs.example https://api.example http://plain.example:8042"
  );
});
