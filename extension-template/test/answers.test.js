/** Every answer of an archive, to every kind of request, whatever the page shows: a message, and no cover over it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RETRY, tellingOf } from '../src/contract/answers.js';
import { settle, started } from './host.js';

/** @typedef {import('./host.js').Reply} Reply */
/** @typedef {import('../src/contract/answers.js').Kind} Kind */

const PATH = '/viewer?StudyInstanceUIDs=1.2.3&token=SECRET';
const STUDY = '/dicom-web/studies/1.2.3';
const OBJECT = `${STUDY}/series/1.4/instances/1.5`;
const JSON_TYPE = 'application/dicom+json';

/** @type {Record<Kind, string>} */
const URLS = {
  search: '/dicom-web/studies?StudyInstanceUID=1.2.3',
  series: `${STUDY}/series`,
  metadata: `${STUDY}/series/1.4/metadata`,
  frames: `${OBJECT}/frames/2`,
  document: `${OBJECT}/bulk/00420011`,
  thumbnail: `${OBJECT}/thumbnail`,
};

/** @type {[name: string, status: number | 'unreadable', reply: Reply | undefined][]} */
const ANSWERS = [
  ['no answer', 0, undefined],
  ['a page', 'unreadable', { status: 200, type: 'text/html', body: '<p>Sign in' }],
  .../** @type {const} */ ([
    204, 302, 307, 400, 401, 403, 404, 406, 408, 410, 413, 414, 429, 431, 451, 500, 501, 502, 503, 504,
  ]).map(
    status => /** @type {[string, number, Reply]} */ ([String(status), status, { status, body: '', type: JSON_TYPE }])
  ),
];

/** What the page shows before the answer, and how the test makes it show that. */
const STATES = /** @type {const} */ (['nothing', 'image', 'document']);

/**
 * A page that shows something, and then gets the answer.
 *
 * @param {Kind} kind
 * @param {typeof STATES[number]} shown
 * @param {Reply | undefined} reply
 */
async function seen(kind, shown, reply) {
  let asked = 0;
  const archive = (/** @type {string} */ url) => {
    const answers = url.endsWith(URLS[kind]);
    asked += Number(answers);
    return answers ? reply : { status: 200 };
  };
  const tab = started({ path: PATH, archive });
  if (shown === 'image') {
    await tab.xhr(`${OBJECT}/frames/1`);
  } else if (shown === 'document') {
    tab.document.body.innerHTML = '<div data-cy="viewport-pane"><div>Finding: none.</div></div>';
  }
  await tab.xhr(URLS[kind]);
  await tab.pass(2);
  const covers = tab.document.documentElement.hasAttribute('data-ohifbuild-message');
  return { ...tab, asked, covers };
}

for (const kind of /** @type {Kind[]} */ (Object.keys(URLS))) {
  for (const shown of STATES) {
    test(`every answer to a request for ${kind} is told as the table says; the page shows ${shown}`, async () => {
      for (const [name, status, reply] of ANSWERS) {
        const { reason, covers, message, asked } = await seen(kind, shown, reply);
        const telling = tellingOf(status, kind, shown);
        assert.deepEqual([reason(), covers], [telling?.message, telling?.covers ?? false], name);
        if (kind !== 'thumbnail') {
          assert.ok(message()?.querySelector('h1')?.textContent, `${name}: words`);
        }
        if (shown !== 'nothing') {
          assert.ok(!covers, `${name}: nothing is covered`);
          assert.ok(!message() || message()?.className === 'notice', name);
        }
        assert.ok(asked <= RETRY.pauses.length + 1, `${name}: ${asked} requests`);
        assert.ok(!message()?.outerHTML.includes('SECRET'));
      }
    });
  }
}

test('a page that shows nothing for fifteen seconds says so, and takes it back when something appears', async () => {
  const { pass, reason, message, xhr, document } = started({ path: PATH });
  await pass(14);
  assert.equal(reason(), undefined);
  await pass(2);
  assert.deepEqual([reason(), message()?.className], ['waiting', 'notice']);
  await xhr(`${OBJECT}/frames/1`);
  assert.equal(message(), null);
  assert.ok(!document.documentElement.hasAttribute('data-ohifbuild-message'));
});

test('a report that is there in time is no reason to say that nothing has appeared', async () => {
  const { pass, reason, document } = started({ path: PATH });
  document.body.innerHTML = '<div data-cy="viewport-pane"><div>Finding: none.</div></div>';
  await pass(20);
  assert.equal(reason(), undefined);
});

for (const [what, pane] of [
  ['a PDF', '<object data="blob:x" type="application/pdf"><div>No PDF viewer</div></object>'],
  ['a video', '<video src="blob:x"></video>'],
  ['a text report', '<div>Finding: none.</div>'],
  ['a waveform', '<div><canvas></canvas></div>'],
]) {
  test(`a message that covers becomes a notice when ${what} appears behind it`, async () => {
    const { xhr, reason, message, document } = started({ path: PATH, archive: () => ({ status: 403 }) });
    await xhr(`${STUDY}/series`);
    assert.equal(message()?.className, 'cover');
    document.body.innerHTML = `<div data-cy="viewport-pane">${pane}</div>`;
    await settle();
    assert.deepEqual([reason(), message()?.className], ['refused', 'notice']);
  });
}

for (const [what, pane] of [
  ['an empty viewport', ''],
  [
    'an image viewport without an image',
    '<div class="cornerstone-viewport-element"><canvas></canvas></div><div>29-Feb</div>',
  ],
  ['a viewport whose code loads', '<div>Loading...</div>'],
  ['a PDF that is not there yet', '<object type="application/pdf"><div>No PDF viewer</div></object>'],
]) {
  test(`${what} shows nothing`, async () => {
    const { xhr, message, document } = started({ path: PATH, archive: () => ({ status: 403 }) });
    document.body.innerHTML = `<div data-cy="viewport-pane">${pane}</div>`;
    await xhr(`${STUDY}/series`);
    assert.equal(message()?.className, 'cover');
  });
}

test('one study of two that fails covers nothing; if both fail, the page is covered', async () => {
  const archive = (/** @type {string} */ url) => ({ status: url.includes('9.9') ? 200 : 403 });
  const path = '/viewer?StudyInstanceUIDs=1.2.3,1.2.4&token=t';
  const { xhr, message } = started({ path, archive });
  await xhr('/dicom-web/studies/1.2.4/series');
  assert.equal(message()?.className, 'notice');
  await xhr('/dicom-web/studies/1.2.3/series');
  assert.equal(message()?.className, 'cover');
});

test('the notice about a missing study stays while images of the other arrive', async () => {
  const archive = (/** @type {string} */ url) => ({ status: url.includes('1.2.4') ? 503 : 200 });
  const { xhr, reason, pass } = started({ path: '/viewer?StudyInstanceUIDs=1.2.3,1.2.4&token=t', archive });
  await xhr('/dicom-web/studies?StudyInstanceUID=1.2.4');
  await pass(1);
  assert.equal(reason(), 'busy');
  for (const frame of [1, 2, 3]) {
    await xhr(`${OBJECT}/frames/${frame}`);
  }
  assert.equal(reason(), 'busy');
});

test('one series without metadata covers nothing if another one arrives; if none arrives, the page is covered', async () => {
  for (const [second, className] of /** @type {const} */ ([
    [200, 'notice'],
    [500, 'cover'],
  ])) {
    const archive = (/** @type {string} */ url) => ({ status: url.includes('1.6') ? second : 500 });
    const { xhr, message, pass } = started({ path: PATH, archive });
    await xhr(URLS.metadata);
    assert.equal(message(), null);
    await xhr(`${STUDY}/series/1.6/metadata`);
    await pass(1);
    assert.equal(message()?.className, className);
  }
});

test('what failed and then succeeds is no longer told', async () => {
  let status = 500;
  const { xhr, reason } = started({ path: PATH, archive: () => ({ status }) });
  await xhr(`${OBJECT}/frames/1`);
  assert.equal(reason(), 'failed');
  status = 200;
  await xhr(`${OBJECT}/frames/2`);
  assert.equal(reason(), 'incomplete', 'the first one is still missing');
  await xhr(`${OBJECT}/frames/1`);
  assert.equal(reason(), undefined);
});

for (const [what, url, body, expected] of /** @type {const} */ ([
  ['series that are no JSON', `${STUDY}/series`, '[{', 'failed'],
  ['metadata that are no JSON', URLS.metadata, 'oops', 'failed'],
  ['an empty body for series', `${STUDY}/series`, '', 'failed'],
  ['series that are no list', `${STUDY}/series`, '{}', 'failed'],
  ['no series at all', `${STUDY}/series?includefield=00080021`, '[]', 'not-found'],
  ['no metadata at all', URLS.metadata, '[]', 'failed'],
  ['no series of a kind that was asked for', `${STUDY}/series?Modality=SR`, '[]', undefined],
  ['no study, which the data source tells', URLS.search, '[]', undefined],
])) {
  test(`with 200, ${what}: ${expected ?? 'no message'}`, async () => {
    const archive = () => ({ status: 200, body, type: JSON_TYPE });
    const { window, reason, pass, during } = started({ path: PATH, archive });
    const xhr = new window.XMLHttpRequest();
    xhr.open('GET', url);
    xhr.responseType = 'json';
    const done = new Promise(resolve => xhr.addEventListener('loadend', resolve));
    xhr.send();
    await during(done, 2);
    await pass(1);
    assert.equal(reason(), expected);
  });
}

test('an answer without content is one without series, not one that cannot be read', async () => {
  const { window, reason, pass } = started({ path: PATH, archive: () => ({ status: 204 }) });
  const xhr = new window.XMLHttpRequest();
  xhr.open('GET', URLS.series);
  xhr.responseType = 'json';
  const done = new Promise(resolve => xhr.addEventListener('loadend', resolve));
  xhr.send();
  await done;
  await pass(1);
  assert.equal(reason(), 'not-found');
});

test('content that is cut off is told', async () => {
  const { window, reason, pass } = started({ path: PATH, archive: () => ({ status: 200, cut: true }) });
  const xhr = new window.XMLHttpRequest();
  xhr.open('GET', URLS.metadata);
  xhr.send();
  await pass(5);
  assert.equal(reason(), 'unreachable');
});
