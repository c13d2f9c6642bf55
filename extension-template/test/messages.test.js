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

for (const [what, reply, reason] of /** @type {[string, import('./host.js').Reply | undefined, string][]} */ ([
  ['401', { status: 401 }, 'refused'],
  ['404', { status: 404 }, 'not-found'],
  ['no answer', undefined, 'unreachable'],
  [
    'a token that has expired',
    {
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token", error_description="The token has Expired"' },
    },
    'expired',
  ],
])) {
  test(`${what} shows ${reason}, over the page, whichever API asked`, async () => {
    const url = `${STUDY}/series`;
    for (const via of /** @type {const} */ (['xhr', 'fetch'])) {
      const tab = await started({ archive: () => reply });
      await (via === 'xhr' ? tab.xhr(url) : tab.during(tab.window.fetch(url), 4, false).catch(() => {}));
      await tab.pass(5);
      assert.deepEqual(
        [tab.reason(), tab.covers(), tab.message()?.getAttribute('role')],
        [reason, true, 'alertdialog']
      );
      assert.ok(!tab.message()?.outerHTML.includes('SECRET'));
    }
  });
}

for (const [what, reply, reason] of /** @type {[string, import('./host.js').Reply, string][]} */ ([
  ['that is missing', { status: 404 }, 'not-found'],
  ['of another type', { status: 200, headers: { 'Content-Type': 'text/plain' }, body: '{}' }, 'not-found'],
])) {
  test(`a JSON file ${what} shows nothing, so the message covers the page`, async () => {
    const file = '/dicom-web/studies/a/ohif-dicom-json';
    const {
      api,
      reason: shown,
      covers,
      during,
      pass,
      window,
    } = await started({
      path: `/viewer?url=${file}&token=SECRET`,
      settings: { dicomJson: '/dicom-web/studies/{id}/ohif-dicom-json' },
      archive: () => reply,
    });
    await during(window.fetch(file), 4).catch(() => api.report('not-found'));
    await pass(1);
    assert.deepEqual([shown(), covers()], [reason, true]);
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
  assert.equal(message(), null);
  await xhr(`${STUDY}/series/1/instances/1/frames/3`);
  assert.equal(message(), null);
});

test('images that arrive later uncover the page', async () => {
  let reply = /** @type {import('./host.js').Reply | undefined} */ ({ status: 403 });
  const { xhr, covers, reason } = await started({ archive: () => reply });
  await xhr(`${STUDY}/series`);
  assert.ok(covers());
  reply = { status: 200 };
  await xhr(`${STUDY}/series/1/instances/1/frames/1`);
  assert.deepEqual([reason(), covers()], ['refused', false]);
});

test('what an answer means is known better than what OHIF makes of it', async () => {
  const { api, xhr, reason, pass } = await started({ archive: () => ({ status: 200, type: 'text/html' }) });
  await xhr('/dicom-web/studies?StudyInstanceUID=1.2.3');
  api.report('not-found', '1.2.3');
  await pass(1);
  assert.equal(reason(), 'failed');
});

test('only a more severe message replaces another', async () => {
  const { api, reason } = await started();
  api.report('not-found');
  api.report('unreachable');
  assert.equal(reason(), 'not-found');
  api.report('refused');
  assert.equal(reason(), 'refused');
});

test('a message stays while the request that failed fails again', async () => {
  const tab = await started({ archive: () => ({ status: 404 }) });
  await tab.xhr(`${STUDY}/series`);
  await tab.pass(1);
  assert.equal(tab.reason(), 'not-found');
  await tab.xhr(`${STUDY}/series`);
  assert.equal(tab.reason(), 'not-found');
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

test('the message is in the language of the address, else OHIF’s, else the browser’s', async () => {
  const languageOf = async (/** @type {Parameters<typeof openStarted>[0]} */ options) =>
    (await started({ path: PATH, languages: ['rm', 'de-CH', 'en'], ...options })).message()?.lang;
  assert.equal(await languageOf({}), 'de');
  assert.equal(await languageOf({ local: { i18nextLng: 'it-IT' } }), 'it');
  assert.equal(await languageOf({ cookie: 'a=b; i18next=nl', local: { i18nextLng: 'it-IT' } }), 'nl');
  assert.equal(await languageOf({ path: `${PATH}&lng=fr`, local: { i18nextLng: 'it-IT' } }), 'fr');
  assert.equal(await languageOf({ path: `${PATH}&lng=xx`, local: { i18nextLng: 'yy' } }), 'de');
  const { message } = await started({ path: `${PATH}&lng=pt-BR` });
  assert.equal(message()?.querySelector('h1')?.textContent, TEXTS.pt['no-token'][0]);
  assert.equal(textsFor([]).language, 'en');
  assert.equal(textsFor(['constructor', 'zz']).language, 'en');
});

test('a UID that is too long, and a page for files, have words of their own', async () => {
  const long = await started({ path: `/viewer?StudyInstanceUIDs=1.${'2'.repeat(70)}&token=t` });
  assert.deepEqual([long.reason(), long.covers()], ['long-uid', true]);
  for (const path of ['/local', '/local/', '/localbasic']) {
    assert.equal((await started({ path })).reason(), 'no-files', path);
  }
  assert.equal((await started({ path: '/locality' })).reason(), 'no-token');
});

test('the hospital’s own line is the last one of every message, as plain text', async () => {
  const contact = 'Radiology <b>desk</b>, +41 44 000 00 00';
  const { message } = await started({ path: PATH, settings: { contact } });
  assert.equal([...(message()?.querySelectorAll('p') ?? [])].at(-1)?.textContent, contact);
  assert.equal(message()?.querySelector('b'), null);
  assert.equal((await started({ path: PATH })).message()?.querySelector('.contact'), null);
});

test('an image that cannot be read beside a document is a part that is missing', async () => {
  const { api, reason, xhr } = await started();
  api.report('failed', 'part');
  assert.equal(reason(), 'failed');
  await xhr(`${STUDY}/series/1/instances/1/bulk/00420011`);
  assert.equal(reason(), 'incomplete');
});

for (const [access, status, reason] of /** @type {const} */ ([
  ['session', 401, 'signed-out'],
  ['session', 302, 'signed-out'],
  ['session', 403, 'refused'],
  ['token-and-session', 302, 'signed-out'],
  ['token-and-session', 401, 'refused'],
  ['token', 302, 'failed'],
])) {
  test(`with access by ${access}, ${status} shows ${reason}`, async () => {
    const tab = await started({ settings: { access }, archive: () => ({ status }) });
    await tab.xhr(`${STUDY}/series`);
    await tab.pass(1);
    assert.deepEqual([tab.reason(), tab.covers()], [reason, true]);
  });
}

test('a late image of the previous link does not uncover this one', async () => {
  const { api, covers, during, reason, window } = await started();
  const late = window.fetch(`${STUDY}/series/1/instances/1/frames/1`).catch(() => {});
  window.history.pushState(null, '', '/viewer?StudyInstanceUIDs=1.2.4');
  api.sync();
  await during(late, 4);
  assert.deepEqual([reason(), covers()], ['no-token', true]);
});

test('a message that covers is a dialog with the focus; a notice is a region whose words are said', async () => {
  const { message, document } = await started({ path: PATH });
  assert.equal(message()?.getAttribute('role'), 'alertdialog');
  assert.ok(document.getElementById(String(message()?.getAttribute('aria-describedby'))));
  assert.ok(message()?.contains(document.activeElement));
  const notice = await started();
  notice.api.report('failed', 'part');
  assert.equal(notice.message()?.getAttribute('role'), 'region');
  assert.equal(notice.message()?.querySelector('[role="alert"] button'), null);
  assert.ok(!notice.message()?.contains(notice.document.activeElement));
});

test('Escape closes a notice but no message that covers; the focus goes back to where it was', async () => {
  const { api, message, document, window } = await started();
  const field = document.createElement('input');
  document.body.append(field);
  field.focus();
  api.report('failed', 'part');
  message()?.querySelector('button')?.focus();
  window.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Escape' }));
  assert.deepEqual([message(), document.activeElement], [null, field]);
  api.report('refused');
  window.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Escape' }));
  assert.equal(message()?.className, 'cover');
});

test('the focus stays in the message when it changes', async () => {
  const { api, message, document, xhr } = await started();
  api.report('unreachable');
  message()?.querySelector('button')?.focus();
  await xhr(`${STUDY}/series/1/instances/1/frames/1`);
  assert.equal(message()?.className, 'notice');
  assert.ok(message()?.contains(document.activeElement));
});

test('a refused part beside what is shown does not say that these images cannot be opened', async () => {
  const { api, message, xhr } = await started();
  await xhr(`${STUDY}/series/1/instances/1/frames/1`);
  api.report('refused');
  assert.equal(message()?.querySelector('h1')?.textContent, TEXTS.en['partly-refused'][0]);
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
