import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TEXTS, textsFor } from '../src/texts/index.js';
import { settle, started as openStarted } from './host.js';

const PATH = '/viewer?StudyInstanceUIDs=1.2.3';
const STUDY = '/dicom-web/studies/1.2.3';

/** @param {Parameters<typeof openStarted>[0]} [options] */
async function started(options) {
  const { api, ...tab } = openStarted({ path: `${PATH}&token=SECRET`, ...options });
  await settle();
  const covers = () => tab.document.documentElement.hasAttribute('data-ohifbuild-message');
  return { ...tab, api, covers };
}

test('without errors no message is shown', async () => {
  const { xhr, message, covers } = await started();
  await xhr(`${STUDY}/series`);
  assert.deepEqual([message(), covers()], [null, false]);
});

for (const [
  reason,
  reply,
  url = `${STUDY}/series`,
] of /** @type {[string, import('./host.js').Reply | undefined, string?][]} */ ([
  ['refused', { status: 401 }],
  ['refused', { status: 403 }],
  ['refused', { status: 403 }, '/dicom-web/studies?StudyInstanceUID=1.2.3'],
  ['refused', { status: 401 }, '/dicom-web?requestType=WADO&studyUID=1.2.3&objectUID=1'],
  [
    'expired',
    {
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token", error_description="The token has Expired"' },
    },
  ],
  ['not-found', { status: 404 }],
  ['unreachable', undefined],
  ['unreachable', { status: 502 }],
  ['unreachable', { status: 500 }, `${STUDY}/series/1/metadata`],
])) {
  test(`${reply ? reply.status : 'no answer'} for ${url} shows ${reason}, over the page`, async () => {
    for (const via of /** @type {const} */ (['xhr', 'fetch'])) {
      const { window, xhr, reason: shown, message, covers } = await started({ archive: () => reply });
      await (via === 'xhr' ? xhr(url) : window.fetch(url).catch(() => {}));
      await settle();
      assert.deepEqual([shown(), covers(), message()?.getAttribute('role')], [reason, true, 'alert'], via);
      assert.ok(!message()?.outerHTML.includes('SECRET'));
    }
  });
}

test('a refused JWT whose time is over is called expired', async () => {
  const jwt = `x.${Buffer.from('{"exp":1}').toString('base64url')}.y`;
  const { xhr, reason } = await started({ path: `${PATH}&token=${jwt}`, archive: () => ({ status: 403 }) });
  await xhr(STUDY);
  assert.equal(reason(), 'expired');
});

for (const [what, url, reply] of /** @type {[string, string, import('./host.js').Reply][]} */ ([
  ['a refused question about the patient', '/dicom-web/studies?00100020=1', { status: 403 }],
  ['a refused study that the link does not name', '/dicom-web/studies/1.2.33/series', { status: 403 }],
  ['a rendering the archive cannot make', `${STUDY}/series/1/instances/1/rendered`, { status: 500 }],
  ['a thumbnail the archive does not have', `${STUDY}/series/1/instances/1/thumbnail`, { status: 404 }],
  ['a failure outside the roots', '/assets/x', { status: 403 }],
])) {
  test(`${what} is no message`, async () => {
    const { xhr, reason } = await started({ archive: () => reply, settings: { priors: 'ohif' } });
    await xhr(url);
    assert.equal(reason(), undefined);
  });
}

test('once there are images the message is a notice that can be closed and stays closed', async () => {
  let status = 200;
  const { xhr, message, covers, reason } = await started({ archive: () => ({ status }) });
  await xhr(`${STUDY}/series/1/instances/1/frames/1`);
  status = 401;
  await xhr(`${STUDY}/series/1/instances/1/frames/2`);
  assert.deepEqual([reason(), covers(), message()?.className], ['refused', false, 'notice']);
  message()?.querySelector('button')?.click();
  await xhr(`${STUDY}/series/1/instances/1/frames/3`);
  assert.equal(message(), null);
});

test('images that arrive later uncover the page, and remove “unreachable”', async () => {
  let reply = /** @type {import('./host.js').Reply | undefined} */ ({ status: 403 });
  const { xhr, covers, reason } = await started({ archive: () => reply });
  await xhr(STUDY);
  reply = { status: 200 };
  await xhr(`${STUDY}/frames/1`);
  assert.deepEqual([reason(), covers()], ['refused', false]);
  const other = await started({ archive: () => reply });
  reply = undefined;
  await other.xhr(STUDY);
  assert.equal(other.reason(), 'unreachable');
  reply = { status: 200 };
  await other.xhr(`${STUDY}/frames/1`);
  assert.equal(other.reason(), undefined);
});

test('only a more severe message replaces another', async () => {
  const { api, reason } = await started();
  api.report('not-found');
  api.report('unreachable');
  assert.equal(reason(), 'not-found');
  api.report('refused');
  assert.equal(reason(), 'refused');
});

test('another link clears the message of the one before', async () => {
  const { api, window, reason } = await started();
  api.report('refused');
  window.history.pushState(null, '', '/viewer?StudyInstanceUIDs=1.2.4#token=other');
  assert.equal(reason(), undefined, 'another page takes this one’s place');
  const other = await started();
  other.api.report('refused');
  other.window.history.pushState(null, '', '/viewer?StudyInstanceUIDs=1.2.5');
  assert.equal(other.reason(), 'no-token');
});

test('requests that the browser aborts because the page unloads are no errors', async () => {
  const { xhr, window, reason } = await started({ archive: () => undefined });
  window.dispatchEvent(new window.Event('pagehide'));
  await xhr(STUDY);
  assert.equal(reason(), undefined);
});

test('the message is beside body, where OHIF’s dialogs cannot make it inert', async () => {
  const { api, message, document } = await started();
  api.report('unreachable');
  assert.equal(message()?.parentElement, document.documentElement);
  assert.equal(message()?.querySelector('h1')?.id, message()?.getAttribute('aria-labelledby'));
});

test('the message is in the user’s language if there is one', async () => {
  const { message } = await started({ path: PATH, languages: ['rm', 'de-CH', 'en'] });
  assert.equal(message()?.lang, 'de');
  assert.equal(message()?.querySelector('h1')?.textContent, TEXTS.de['no-token'][0]);
  assert.equal(textsFor([]).language, 'en');
  assert.equal(textsFor(['constructor', 'zz']).language, 'en');
});

test('every language has every text', () => {
  for (const [language, texts] of Object.entries(TEXTS)) {
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(TEXTS.en).sort(), language);
    assert.ok(
      Object.values(texts)
        .flat()
        .every(text => text.trim().length > 0),
      language
    );
  }
});
