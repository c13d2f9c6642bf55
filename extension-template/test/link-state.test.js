/** What the page does with a link when it opens, and what it stores of it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start as startPage } from '../src/early/index.js';
import { openTab, ORIGIN, settle, started } from './host.js';

const A = '/viewer?StudyInstanceUIDs=1.2.3';
const JSON_LINKS = { dicomJson: '/dicom-web/studies/{id}/ohif-dicom-json' };

for (const [what, path, next] of [
  ['in the query', `${A}&token=t`, A],
  ['in the fragment (then the query must differ, or the browser does not load)', `${A}#token=t`, `${A}&`],
  ['with all else in the fragment', '/viewer#StudyInstanceUIDs=1.2.3&token=t', A],
  ['with other parameters', `/viewer?lng=fr&token=t&studyinstanceuids=1.2.3`, `${A}&lng=fr`],
  ['with a fragment that stays', `${A}&token=t#c`, `${A}&#c`],
  ['with a fragment that stays, and no query', '/viewer?token=t#c', '/viewer?#c'],
  ['in an address of another spelling', '/viewer?STUDYINSTANCEUIDS=1.2.3&TOKEN=t', A],
  ['that is bad', `${A}&token=a%0ab`, A],
  ['in a link that is bad', '/viewer?StudyInstanceUIDs=*&token=t', '/viewer'],
]) {
  test(`a token ${what} is taken over by a page whose address never had it`, () => {
    const tab = openTab({ path });
    assert.equal(tab.start().link().status, 'leaving');
    assert.deepEqual(tab.left, [ORIGIN + next]);
  });
}

test('a page that another one replaces sends no request and shows no message', async () => {
  const tab = openTab({ path: `${A}&token=t` });
  tab.start();
  await tab.xhr('/dicom-web/studies/1.2.3');
  await settle();
  assert.deepEqual([tab.sent, tab.message()], [[], null]);
});

test('a handover is removed when it is read', () => {
  const tab = openTab({ path: `${A}&token=secret` });
  tab.start();
  assert.equal(Object.keys(tab.stored()).join(), 'ohifbuild:/:handover');
  const next = started({ path: A, session: tab.stored() });
  assert.deepEqual(next.stored(), { 'ohifbuild:/:1.2.3': 'secret' });
  const memory = started({ path: A, session: tab.stored(), settings: { storage: 'memory' } });
  assert.deepEqual([memory.api.link().status, memory.stored()], ['ready', {}]);
});

test('a damaged handover is ignored', () => {
  for (const text of ['', '{', 'null', '[]', '{"key":"1.2.3","token":"a\\nb"}', '{"key":"1.2.3","token":5}']) {
    const { api } = started({ path: A, session: { 'ohifbuild:/:handover': text } });
    assert.equal(api.link().status, 'no-token');
  }
});

for (const [reason, path] of [
  ['bad-token', `${A}&token=a&token=b`],
  ['bad-link', '/viewer?StudyInstanceUIDs=1.2.3,*&token=t'],
  ['bad-link', '/viewer?url=/dicom-web/studies/1/ohif-dicom-json&URL=data:application/json,x&token=t'],
  ['bad-link', '/viewer?url=/dicom-web/studies&token=t'],
  ['bad-link', '/viewer?url=/dicom-web/studies?PatientID=1&token=t'],
  ['bad-link', '/viewer?url=/dicom-web/studies/1.2.3/rendered&token=t'],
  ['bad-link', `${A}&url=/dicom-web/studies/1/ohif-dicom-json&token=t`],
  ['long-uid', `/viewer?StudyInstanceUIDs=${'1'.repeat(65)}&token=t`],
  ['long-uid', `/viewer?StudyInstanceUIDs=1.2.3,1.${'2'.repeat(63)}#token=t`],
  ['bad-link', `${A}&token=t#${'x'.repeat(40000)}`],
  ['bad-link', '/viewer?StudyInstanceUIDs=*'],
]) {
  test(`${reason}: ${path.slice(0, 80)}`, async () => {
    const { api, xhr, sent, reason: shown, address } = started({ path, settings: JSON_LINKS });
    await settle();
    assert.deepEqual(
      [api.link().status, shown(), api.link().studies],
      [reason, reason, reason === 'bad-token' ? ['1.2.3'] : []]
    );
    assert.ok(!/token|url=/i.test(address()));
    await xhr('/dicom-web/studies/1.2.3');
    await xhr('/dicom-web/studies/1/ohif-dicom-json');
    assert.deepEqual(sent, []);
  });
}

test('OHIF reads the same of a link as the early script', () => {
  const { address } = started({ path: `/viewer?STUDYINSTANCEUIDS=1.2.4&token=t#StudyInstanceUIDs=1.2.3` });
  assert.equal(address(), A);
  const json = started({ path: '/viewer?URL=..%2Fdicom-web/studies/1/ohif-dicom-json&token=t', settings: JSON_LINKS });
  assert.equal(json.api.link().url, '/dicom-web/studies/1/ohif-dicom-json');
  assert.deepEqual([...new URLSearchParams(json.window.location.search).keys()], ['url']);
});

test('a page with a user name in its address is replaced, and the next page shows that the link is bad', async () => {
  const tab = openTab({ path: A });
  const parts = new URL(`https://user:pw@viewer.example${A}&token=t`);
  const location = { href: parts.href, origin: ORIGIN, pathname: parts.pathname };
  const replaceState = () => {
    throw new DOMException('SecurityError');
  };
  const history = { state: null, replaceState, pushState: replaceState };
  const window = Object.create(tab.window, { location: { value: location }, history: { value: history } });
  for (const name of ['document', 'sessionStorage', 'navigator']) {
    Object.defineProperty(window, name, { value: tab.window[/** @type {'document'} */ (name)] });
  }
  window.addEventListener = tab.window.addEventListener.bind(tab.window);
  /** @type {string[]} */
  const left = [];
  const api = startIn(window, left);
  assert.deepEqual([api.link().status, left], ['leaving', [`${ORIGIN}/viewer`]]);
  const next = started({ path: '/viewer', session: tab.stored() });
  await settle();
  assert.equal(next.reason(), 'bad-link');
});

test('without storage the token leaves the address all the same, and the page goes on', async () => {
  const tab = openTab({ path: `${A}&token=t` });
  Object.defineProperty(tab.window, 'sessionStorage', {
    get: () => {
      throw new Error('SecurityError');
    },
  });
  assert.equal(tab.start().link().status, 'ready');
  assert.deepEqual([tab.left, tab.address()], [[], A]);
  await tab.xhr('/dicom-web/studies/1.2.3');
  assert.equal(tab.sent[0].headers.token, 't');
});

test('the message of a page that cannot be guarded stays, whatever is requested afterwards', async () => {
  const tab = openTab({ path: A, session: { 'ohifbuild:/:1.2.3': 't' }, archive: () => undefined });
  const { FinalizationRegistry } = globalThis;
  Reflect.deleteProperty(globalThis, 'FinalizationRegistry');
  try {
    startIn(tab.window, []); // fails when requests are guarded already
  } finally {
    globalThis.FinalizationRegistry = FinalizationRegistry;
  }
  await settle();
  await tab.during(tab.window.fetch('/dicom-web/studies/1.2.3/series'), 8, false).catch(() => {});
  await tab.pass(2);
  assert.deepEqual([tab.reason(), tab.message()?.className], ['broken', 'cover']);
});

test('a page that cannot be guarded loads nothing, and shows a message', async () => {
  const tab = openTab({ path: A, session: { 'ohifbuild:/:1.2.3': 't' } });
  Object.defineProperty(tab.window, 'XMLHttpRequest', { value: undefined });
  const api = startIn(tab.window, []);
  await settle();
  assert.deepEqual([api.link(), tab.reason()], [{ status: 'broken', studies: [] }, 'broken']);
  assert.deepEqual(api.headers('/dicom-web/studies/1.2.3'), {});
  const policies = [...tab.document.querySelectorAll('meta[http-equiv]')].map(meta => meta.getAttribute('content'));
  assert.match(String(policies.at(-1)), /^default-src 'none'/);
});

test('an address that changes unnoticed is read before the next request', async () => {
  const { window, xhr, sent } = started({ path: `${A}&token=t` });
  Object.getPrototypeOf(window.history).pushState.call(window.history, null, '', '/viewer?StudyInstanceUIDs=1.2.4');
  await xhr('/dicom-web/studies/1.2.3');
  assert.deepEqual(sent, []);
});

/**
 * @param {any} window
 * @param {string[]} left
 */
function startIn(window, left) {
  return startPage(window, address => left.push(address));
}

test('the page forgets the address that it took the place of', () => {
  const tab = openTab({ path: A });
  class Navigation {
    get activation() {
      return { from: { url: `${ORIGIN}${A}&token=t` } };
    }
  }
  Object.defineProperty(tab.window, 'navigation', { value: new Navigation() });
  tab.start();
  assert.equal(/** @type {any} */ (tab.window).navigation.activation, null);
});

test('a token without a study is stored only if there is a study list', () => {
  assert.deepEqual(started({ path: '/?token=t' }).stored(), {});
  assert.deepEqual(started({ path: '/?token=t', settings: { studyList: true } }).stored(), { 'ohifbuild:/:list': 't' });
});

test('a page without any storage, where OHIF would stop without a message, shows one', async () => {
  const tab = openTab({ path: `${A}&token=t` });
  for (const name of ['sessionStorage', 'localStorage']) {
    Object.defineProperty(tab.window, name, {
      get: () => {
        throw new Error('SecurityError');
      },
    });
  }
  assert.equal(tab.start().link().status, 'broken');
  await settle();
  assert.deepEqual([tab.reason(), tab.address(), tab.left], ['broken', A, []]);
});

test('a page that the browser shows again reads its address, which may have changed without an event', async () => {
  const { window, reason } = started({ path: `${A}&token=t` });
  window.History.prototype.replaceState.call(window.history, null, '', '/viewer?StudyInstanceUIDs=*');
  assert.equal(reason(), undefined);
  window.dispatchEvent(new window.Event('pageshow'));
  await settle();
  assert.equal(reason(), 'bad-link');
});
