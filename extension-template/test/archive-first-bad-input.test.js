/** Archives, links and connections with which the page asks for little or nothing before OHIF does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTab, settle } from './host.js';
import { archive, ask, JSON_TYPE, opened, PATH, SENT, STARTUP } from './startup.js';

/** @typedef {import('./host.js').Reply} Reply */

test('a refused token is said at once, and sent once', async () => {
  const { urls, reason, window } = await opened({ archive: () => ({ status: 403 }) });
  assert.equal(reason(), 'refused');
  assert.deepEqual(urls(), [SENT[0]]);
  assert.equal((await ask(window, SENT[0])).status, 403);
  assert.deepEqual(urls(), [SENT[0]]);
});

for (const [
  what,
  reply,
  reason,
  times = 1,
] of /** @type {[string, Reply | undefined, string | undefined, number?][]} */ ([
  ['redirects', { status: 302 }, 'failed'],
  ['answers HTML', { status: 200, type: 'text/html', body: '<p>' }, 'failed'],
  ['answers nonsense', { status: 200, type: JSON_TYPE, body: '[null, 1' }, 'failed', 2],
  [
    'answers other JSON',
    { status: 200, type: JSON_TYPE, body: '[null, {"0020000E": {"Value": ["../x"]}}]' },
    undefined,
  ],
  ['has no such study', { status: 200, type: JSON_TYPE, body: '[]' }, undefined],
  ['cuts its answer off', { status: 200, type: JSON_TYPE, cut: true }, 'unreachable', 4],
  ['answers nothing', { status: 204 }, 'not-found'],
])) {
  test(`an archive that ${what} gets no request but OHIF's`, async () => {
    const { urls, window, reason: shown, api, pass } = await opened({ archive: () => reply });
    await pass(5);
    assert.equal(shown(), reason);
    const asked = urls();
    assert.deepEqual(asked, what === 'answers other JSON' ? SENT.slice(0, 2) : Array(times).fill(SENT[0]));
    ask(window, SENT[0]).catch(() => undefined);
    await settle();
    assert.deepEqual(urls(), asked);
    assert.equal(api.guessed().wrong, 0);
  });
}

test('an archive that is down is asked by the guess only, and then it is said', async () => {
  const { urls, pass, reason, window } = await opened({ archive: () => undefined });
  await pass(10);
  assert.equal(reason(), 'unreachable');
  const tries = urls().length;
  const answer = ask(window, SENT[0]);
  await settle();
  assert.equal(urls().length, tries);
  await Promise.all([pass(700), assert.rejects(answer, TypeError)]);
});

test('a frame that cannot be had is said only if OHIF asks for it', async () => {
  const { window, reason } = await opened({
    archive: url => (url.includes('/frames/') ? { status: 404 } : archive(url)),
  });
  assert.equal(reason(), undefined);
  assert.equal((await ask(window, SENT[4])).status, 404);
  assert.equal(reason(), 'failed');
});

test('a page that is closed leaves nothing running', async () => {
  /** @type {AbortSignal[]} */
  const signals = [];
  const { window, urls, api } = await opened({
    archive: url => (url === SENT[0] ? archive(url) : new Promise(() => {})),
    change(page) {
      const { fetch } = page;
      page.fetch = (input, init) => (signals.push(/** @type {Request} */ (input).signal), fetch(input, init));
    },
  });
  window.dispatchEvent(new window.Event('pagehide'));
  await settle();
  assert.ok(signals.at(-1)?.aborted);
  assert.deepEqual(urls(), SENT.slice(0, 2));
  assert.deepEqual(api.guessed(), { sent: 2, used: 0, wrong: 0, waiting: 0 });
});

for (const [what, options] of /** @type {[string, Parameters<typeof opened>[0]][]} */ ([
  ['60 studies', { path: `/viewer?StudyInstanceUIDs=${[...Array(60).keys()].map(n => `1.2.${n}`).join()}&token=t` }],
  ['another route', { path: PATH.replace('viewer', 'segmentation') }],
  ['parameters of its own', { path: `${PATH}&hangingProtocolId=mpr` }],
  ['a plan for another archive', { settings: { startup: [{ ...STARTUP[0], source: 'other' }] } }],
  [
    'a plan with requests for another study',
    { settings: { startup: [{ source: 'dicomweb', one: [{ url: '/dicom-web/studies/9.9/series' }] }] } },
  ],
  [
    'a plan elsewhere',
    { settings: { startup: [{ source: 'dicomweb', one: [{ url: 'https://evil.example/studies/{study}' }] }] } },
  ],
  ['no plan', { settings: { startup: 'all' } }],
  ['saveData', { change: page => Object.assign(page.navigator, { connection: { saveData: true } }) }],
  ['a slow line', { change: page => Object.assign(page.navigator, { connection: { effectiveType: '2g' } }) }],
  ['no network', { change: page => Object.defineProperty(page.navigator, 'onLine', { value: false }) }],
  ['a hidden page', { change: page => Object.defineProperty(page.document, 'visibilityState', { value: 'hidden' }) }],
])) {
  test(`with ${what} nothing is asked ahead`, async () => {
    assert.deepEqual((await opened(options)).urls(), []);
  });
}

test('a page that another one replaces, and one without a token, ask for nothing', async () => {
  for (const path of [PATH, '/viewer?StudyInstanceUIDs=1.2.3']) {
    const tab = openTab({ path, archive, settings: { startup: STARTUP } });
    tab.start();
    await settle();
    assert.deepEqual(tab.sent, []);
  }
});

test('without storage the first page asks', async () => {
  const tab = openTab({ path: PATH, archive, settings: { startup: STARTUP } });
  Object.defineProperty(tab.window, 'sessionStorage', {
    get: () => {
      throw new Error('SecurityError');
    },
  });
  tab.start();
  await settle();
  await settle();
  assert.equal(tab.sent.length, 5);
});

test('of a study with very many series only the first are asked for', async () => {
  const rows = [...Array(40).keys()].map(number => ({
    '0020000E': { Value: [`1.2.3.${number + 1}`] },
    '00200011': { Value: [number + 1] },
    '00080060': { Value: ['CT'] },
  }));
  const many = { status: 200, type: JSON_TYPE, body: JSON.stringify(rows) };
  const { urls } = await opened({ archive: url => (url === SENT[1] ? many : archive(url)) });
  assert.deepEqual(urls(), [...SENT.slice(0, 3), SENT[4]]);
});

test('of an answer that is too large to read ahead OHIF gets all', async () => {
  const body = `[${' '.repeat(17_000_000)}]`;
  const { urls, window } = await opened({
    archive: url => (url === SENT[0] ? { status: 200, type: JSON_TYPE, body } : archive(url)),
  });
  assert.deepEqual(urls(), [SENT[0]]);
  assert.equal((await (await ask(window, SENT[0])).text()).length, body.length);
  assert.deepEqual(urls(), [SENT[0]]);
});
