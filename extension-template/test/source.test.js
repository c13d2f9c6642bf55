/** Several archives in one viewer: the token of a link goes to the archive that its address names, and to no other. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../src/contract/settings.js';
import { openTab, ORIGIN, settle } from './host.js';

const rule = { tokenHeader: 'token', tokenScheme: '', access: 'token' };
const TWO = {
  sourceName: 'main',
  roots: ['/main/rs'],
  further: [
    { ...rule, name: 'ward', roots: ['/ward/rs', '/ward/wado'], tokenHeader: 'Authorization', tokenScheme: 'Bearer' },
  ],
};
const STUDY = 'StudyInstanceUIDs=1.2.3';

/**
 * A page as it is after the one with the token was replaced.
 *
 * @param {string} path
 * @param {Record<string, unknown>} [settings]
 */
function opened(path, settings = TWO) {
  const first = openTab({ path: `${path}${path.includes('?') ? '&' : '?'}token=secret`, settings });
  first.start();
  const tab = openTab({ path, settings, session: first.stored() });
  return { ...tab, api: tab.start() };
}

test('under the roots no request has the header in which another archive takes its token', async () => {
  const { window, sent } = opened(`/viewer?${STUDY}`);
  await window.fetch('/main/rs/studies/1.2.3', { headers: { Authorization: 'Basic x', Accept: 'x' } });
  assert.deepEqual(sent[0].headers, { accept: 'x', token: 'secret' });
});

for (const [path, own, others] of /** @type {[string, string[], string[]][]} */ ([
  [`/viewer?${STUDY}`, ['/main/rs'], ['/ward/rs', '/ward/wado']],
  [`/viewer/ward?${STUDY}`, ['/ward/rs', '/ward/wado'], ['/main/rs']],
])) {
  test(`the token of ${path} goes to its archive and to no other`, async () => {
    const { window, xhr, sent, api } = opened(path);
    assert.equal(api.link().status, 'ready');
    for (const root of others) {
      assert.equal(await xhr(`${root}/studies/1.2.3`), 0);
      await assert.rejects(window.fetch(`${root}/studies/1.2.3/metadata`), TypeError);
      assert.deepEqual(api.headers(`${root}/studies/1.2.3`), {});
    }
    assert.deepEqual(sent, []);
    for (const root of own) {
      await xhr(`${root}/studies/1.2.3`);
    }
    assert.deepEqual(
      sent.map(({ url }) => url),
      own.map(root => `${ORIGIN}${root}/studies/1.2.3`)
    );
  });
}

test('each archive gets the token in its own header', async () => {
  for (const [path, root, header] of /** @type {[string, string, object][]} */ ([
    [`/viewer?${STUDY}`, '/main/rs', { token: 'secret' }],
    [`/viewer/ward?${STUDY}`, '/ward/rs', { authorization: 'Bearer secret' }],
  ])) {
    const { xhr, sent } = opened(path);
    await xhr(`${root}/studies/1.2.3`);
    assert.deepEqual(sent[0].headers, header);
  }
});

test('a link that names an archive which the viewer does not have opens nothing and keeps nothing', async () => {
  const tab = opened(`/viewer/other?${STUDY}`);
  await settle();
  assert.deepEqual([tab.api.link().status, tab.api.link().studies], ['bad-link', []]);
  assert.equal(await tab.xhr('/main/rs/studies/1.2.3'), 0);
  assert.equal(JSON.stringify([tab.sent, tab.stored()]).includes('secret'), false);
});

test('in one tab a link to another archive does not inherit the token of the same study', () => {
  const first = opened(`/viewer/ward?${STUDY}`);
  assert.equal(first.api.link().status, 'ready');
  const other = openTab({ path: `/viewer?${STUDY}`, settings: TWO, session: first.stored() });
  assert.equal(other.start().link().status, 'no-token');
  first.window.history.pushState(null, '', `/viewer?${STUDY}`);
  assert.equal(first.api.link().status, 'no-token');
});

test('a page that drops its query keeps the archive of its link', async () => {
  const { window, xhr, sent } = opened(`/viewer/ward?${STUDY}`);
  window.history.pushState(null, '', '/notfoundstudy');
  await xhr('/ward/rs/studies/1.2.3');
  await xhr('/main/rs/studies/1.2.3');
  assert.deepEqual(
    sent.map(({ url, headers }) => [url, headers]),
    [[`${ORIGIN}/ward/rs/studies/1.2.3`, { authorization: 'Bearer secret' }]]
  );
});

for (const [access, credentials, header] of /** @type {[string, string, object][]} */ ([
  ['token', 'omit', { token: 'secret' }],
  ['token-and-session', 'include', { token: 'secret' }],
  ['session', 'include', {}],
])) {
  test(`with access ${access} requests have credentials ${credentials} and their own headers`, async () => {
    const { xhr, window, sent } = opened(`/viewer?${STUDY}`, { ...TWO, access });
    await xhr('/main/rs/studies/1.2.3');
    await window.fetch('/main/rs/studies/1.2.3', { credentials: 'include' });
    assert.deepEqual(
      sent.map(request => [request.credentials, request.headers]),
      Array(2).fill([credentials, header])
    );
  });
}

test("with the browser's session a link needs no token, and requests stay within its studies", async () => {
  const tab = openTab({ path: `/viewer?${STUDY}`, settings: { ...TWO, access: 'session' } });
  assert.equal(tab.start().link().status, 'ready');
  await tab.xhr('/main/rs/studies/1.2.3');
  assert.equal(await tab.xhr('/main/rs/studies/9.9'), 0);
  assert.equal(await tab.xhr('/main/rs/studies'), 0);
  assert.equal(tab.sent.length, 1);
});

test("with the browser's session a page without a study still needs its link", () => {
  const tab = openTab({ path: '/viewer', settings: { ...TWO, access: 'session' } });
  assert.equal(tab.start().link().status, 'no-token');
});

test("with the browser's session a token in the link is removed, kept nowhere and sent nowhere", async () => {
  const { xhr, sent, stored, api } = opened(`/viewer?${STUDY}`, { ...TWO, access: 'session' });
  await xhr('/main/rs/studies/1.2.3');
  assert.equal(api.link().status, 'ready');
  assert.equal(JSON.stringify([sent, stored()]).includes('secret'), false);
});

test('a further archive without a name or roots is ignored, and an unknown access is the strictest', () => {
  const { window } = openTab({
    settings: { ...TWO, access: 'all', further: [7, null, { name: 'x' }, { roots: ['/x'] }] },
  });
  const { further, access } = readSettings(window);
  assert.deepEqual([further, access], [[], 'token']);
});
