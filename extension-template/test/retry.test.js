/** Requests that are sent again: which, when, and how often. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsOf } from '../src/early/retry.js';
import { settle, started } from './host.js';

const PATH = '/viewer?StudyInstanceUIDs=1.2.3&token=t';
const SERIES = '/dicom-web/studies/1.2.3/series';
const RENDERED = '/dicom-web/studies/1.2.3/series/1/instances/1/rendered';

/**
 * A tab whose archive gives these replies, the last one again and again.
 *
 * @param {...(import('./host.js').Reply | undefined)} replies
 */
function answering(...replies) {
  const left = [...replies];
  return started({ path: PATH, archive: () => (left.length > 1 ? left.shift() : left[0]) });
}

for (const reply of [undefined, ...[408, 429, 502, 503, 504].map(status => ({ status }))]) {
  test(`${reply?.status ?? 'no answer'}: sent again, and nothing is told if that succeeds`, async () => {
    const { xhr, sent, reason, window, during } = answering(reply, reply, { status: 200 });
    assert.equal(await xhr(SERIES), 200);
    assert.deepEqual([sent.length, reason()], [3, undefined]);
    assert.deepEqual(
      sent.map(({ headers }) => headers.token),
      ['t', 't', 't']
    );
    assert.equal((await during(window.fetch(SERIES), 4))?.status, 200);
  });
}

for (const status of [400, 401, 403, 404, 413, 501]) {
  test(`${status}: not sent again`, async () => {
    const { xhr, sent } = answering({ status });
    assert.equal(await xhr(SERIES), status);
    assert.equal(sent.length, 1);
  });
}

test('after three more attempts the user is told, and the request waits for the archive', async () => {
  const replies = [...Array(9).fill({ status: 503 }), { status: 200 }];
  const { window, sent, reason, pass } = answering(...replies);
  const done = window.fetch(SERIES);
  await pass(3);
  assert.deepEqual([sent.length, reason()], [3, undefined]);
  await pass(2);
  assert.deepEqual([sent.length, reason()], [4, 'busy']);
  await pass(120);
  assert.deepEqual([(await done).status, sent.length], [200, 10]);
  assert.equal(reason(), 'waiting', 'the archive is no longer busy, and nothing is on the screen yet');
});

test('an archive that does not come back gets few requests, and the wait ends', async () => {
  const { window, sent, reason, pass } = answering({ status: 503 });
  const ended = assert.rejects(window.fetch(SERIES), TypeError);
  await pass(700);
  await ended;
  assert.ok(sent.length > 30 && sent.length < 60, String(sent.length));
  assert.equal(reason(), 'busy');
});

test('the body of an answer that is asked for again is given up, also if it never ends', async () => {
  let ended = 0;
  const endless = () => new ReadableStream({ cancel: () => void ended++ });
  const prepare = (/** @type {Window} */ window) =>
    void (window.fetch = async () => new Response(endless(), { status: 503 }));
  const { window, pass } = started({ path: PATH, prepare });
  void window.fetch(SERIES);
  await pass(3.6);
  assert.equal(ended, 4);
});

test('a redirect is no missing answer: it is not followed, and not sent again', async () => {
  const { xhr, sent, reason, pass } = answering({ status: 302 });
  assert.equal(await xhr(SERIES), 0);
  await pass(1);
  assert.deepEqual([sent.length, reason()], [1, 'failed']);
});

test('a picture that the archive may be unable to make is asked for once', async () => {
  const { xhr, sent, reason } = answering({ status: 503 });
  assert.equal(await xhr(RENDERED), 503);
  assert.deepEqual([sent.length, reason()], [1, undefined]);
});

test('Retry-After is waited for, in seconds or until a date', async () => {
  for (const value of ['6', new Date(Date.now() + 6500).toUTCString()]) {
    const { window, sent, pass } = answering({ status: 429, headers: { 'Retry-After': value } }, { status: 200 });
    const done = window.fetch(SERIES);
    await pass(4);
    assert.equal(sent.length, 1);
    await pass(3);
    assert.deepEqual([(await done).status, sent.length], [200, 2]);
  }
});

test('an archive that wants more time than a reader has gets no second request', async () => {
  const { xhr, sent, reason, pass } = answering({ status: 503, headers: { 'Retry-After': '601' } });
  assert.equal(await xhr(SERIES), 503);
  await pass(1);
  assert.deepEqual([sent.length, reason()], [1, 'busy']);
});

test('an abort ends the pause as it ends a request, and is no error', async () => {
  const { window, sent, pass, reason } = answering({ status: 503 });
  const abort = new window.AbortController();
  const done = window.fetch(SERIES, { signal: abort.signal });
  await settle();
  abort.abort();
  await assert.rejects(done, { name: 'AbortError' });
  await pass(14);
  assert.deepEqual([sent.length, reason()], [1, undefined]);
});

test('a timeout of an XMLHttpRequest ends the attempts too', async () => {
  const { window, sent, pass } = answering({ status: 503 });
  const xhr = new window.XMLHttpRequest();
  xhr.open('GET', SERIES);
  xhr.timeout = 1;
  const done = new Promise(resolve => xhr.addEventListener('loadend', resolve));
  let timedOut = false;
  xhr.addEventListener('timeout', () => (timedOut = true));
  xhr.send();
  await done;
  await pass(14);
  assert.deepEqual([timedOut, sent.length], [true, 1]);
});

test('Retry-After as servers write it', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
  for (const [value, seconds] of /** @type {const} */ ([
    ['3', 3],
    [' 0 ', 0],
    ['Wed, 21 Oct 2026 07:28:05 GMT', 5],
    ['Wed, 21 Oct 2020 07:28:05 GMT', 0],
    ['', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['1.5', undefined],
  ])) {
    assert.equal(secondsOf(value, now), seconds, value);
  }
});

test('when one request gets through, all others follow at once; until then one at a time asks', async () => {
  let down = true;
  const { window, sent, pass, reason } = started({ path: PATH, archive: () => ({ status: down ? 503 : 200 }) });
  const all = Array.from({ length: 40 }, (_, index) => window.fetch(`${SERIES}/1/instances/${index}/frames/1`));
  await pass(100);
  assert.ok(sent.length < 40 + 3 * 6 + 15, `${sent.length} requests in 100 seconds`);
  assert.equal(reason(), 'busy');
  const before = sent.length;
  down = false;
  await pass(20);
  assert.ok((await Promise.all(all)).every(({ status }) => status === 200));
  assert.equal(sent.length, before + 40);
  assert.equal(reason(), undefined);
});

test('a request of the page that succeeds lets the next of those that wait ask', async ({ mock }) => {
  mock.method(Math, 'random', () => 0.5);
  let down = true;
  const { window, sent, pass } = started({ path: PATH, archive: () => (down ? undefined : { status: 200 }) });
  const waiting = window.fetch(SERIES);
  await pass(35);
  const before = sent.length;
  down = false;
  await window.fetch(`${SERIES}/1/instances/1/frames/1`);
  await settle();
  assert.equal((await waiting).status, 200);
  assert.equal(sent.length, before + 2);
});

for (const seconds of [60, 8.1]) {
  test(`without a network nothing is asked, and once there is one the page asks at once: after ${seconds} s`, async ({
    mock,
  }) => {
    mock.method(Math, 'random', () => 0.5);
    let online = true;
    let up = false;
    const prepare = (/** @type {Window} */ { navigator }) =>
      void Object.defineProperty(navigator, 'onLine', { get: () => online });
    const { window, sent, pass, reason } = started({
      path: PATH,
      prepare,
      archive: () => (up ? { status: 200 } : undefined),
    });
    const waiting = window.fetch(SERIES);
    await pass(8); // in the fifth attempt's pause
    const before = sent.length;
    online = false;
    await pass(seconds - 8);
    assert.deepEqual([sent.length, reason()], [before, 'unreachable']);
    online = up = true;
    window.dispatchEvent(new window.Event('online'));
    await settle();
    assert.equal(sent.length, before + 1);
    assert.equal((await waiting).status, 200);
  });
}

test('a token that is refused while the page waits is not sent again', async () => {
  let status = 503;
  const { window, sent, pass, reason } = started({ path: PATH, archive: () => ({ status }) });
  const waiting = window.fetch(SERIES);
  await pass(10);
  status = 401;
  await pass(600);
  assert.equal((await waiting).status, 401);
  assert.deepEqual([sent.filter(({ headers }) => headers.token === 't').length, reason()], [sent.length, 'refused']);
  assert.equal(sent.length, 6);
});

test('a request that is aborted while it waits takes its message along', async () => {
  const { window, pass, reason } = started({ path: PATH, archive: () => ({ status: 503 }) });
  const abort = new window.AbortController();
  const done = window.fetch(SERIES, { signal: abort.signal });
  await pass(10);
  assert.equal(reason(), 'busy');
  abort.abort();
  await assert.rejects(done, { name: 'AbortError' });
  assert.equal(reason(), undefined);
});

for (const reply of [{ status: 500 }, { status: 200, body: '[{', type: 'application/dicom+json' }]) {
  test(`${JSON.stringify(reply)}: sent again once`, async () => {
    const first = answering(reply, { status: 200 });
    assert.equal(await first.xhr(SERIES), 200);
    assert.deepEqual([first.sent.length, first.reason()], [2, undefined]);
    const ever = answering(reply);
    await ever.xhr(SERIES);
    await ever.pass(2);
    assert.deepEqual([ever.sent.length, ever.reason()], [2, 'failed']);
  });
}

test('an archive that is silent is told, and asked again', async () => {
  /** @type {((reply: import('./host.js').Reply) => void)[]} */
  const answers = [];
  const archive = () => new Promise(resolve => void answers.push(resolve));
  const { window, sent, pass, reason } = started({ path: PATH, archive });
  const done = window.fetch(`${SERIES}/1/instances/1/frames/1`);
  await pass(19);
  assert.equal(reason(), 'waiting');
  await pass(2);
  assert.equal(reason(), 'slow');
  await pass(47);
  assert.deepEqual([sent.length, reason()], [2, 'unreachable']);
  answers[1]({ status: 200 });
  assert.equal((await done).status, 200);
  await settle();
  assert.equal(reason(), undefined);
});

test('a request in the queue of the browser is not silent while others are answered', async () => {
  const archive = (/** @type {string} */ url) =>
    url.endsWith('/9') ? new Promise(() => {}) : Promise.resolve({ status: 200 });
  const { window, sent, pass, reason } = started({ path: PATH, archive });
  const frame = (/** @type {number} */ number) => window.fetch(`${SERIES}/1/instances/1/frames/${number}`);
  frame(9).catch(() => undefined);
  for (let minute = 0; minute < 10; minute++) {
    await pass(15);
    await frame(minute % 8);
  }
  assert.deepEqual([sent.length, reason()], [11, undefined]);
});

for (const first of ['1.2.3', '1.2.4']) {
  test(`a study that fails does not keep the others from opening: ${first} is asked for first`, async () => {
    const studies = '1.2.3,1.2.4';
    const archive = (/** @type {string} */ url) => ({ status: url.includes('1.2.4') ? 503 : 200 });
    const { window, sent, pass, reason } = started({ path: `/viewer?StudyInstanceUIDs=${studies}&token=t`, archive });
    const inOrder = studies.split(',').sort((one, other) => Number(other === first) - Number(one === first));
    for (const part of ['series', 'series/1/metadata']) {
      const both = [];
      for (const uid of inOrder) {
        both.push(window.fetch(`/dicom-web/studies/${uid}/${part}`));
        await pass(0.1);
      }
      await pass(5);
      assert.deepEqual(
        (await Promise.all(both)).map(({ status }) => status),
        inOrder.map(uid => (uid === '1.2.3' ? 200 : 503))
      );
    }
    assert.equal(reason(), 'busy');
    assert.equal(sent.length, 10);
  });
}

test('once the page shows an image, metadata that fail wait for the archive', async () => {
  let down = false;
  const { window, pass, reason } = started({ path: PATH, archive: () => ({ status: down ? 503 : 200 }) });
  await window.fetch(`${SERIES}/1/metadata`);
  await window.fetch(`${SERIES}/1/instances/1/frames/1`);
  down = true;
  const waiting = window.fetch(`${SERIES}/2/metadata`);
  await pass(60);
  assert.equal(reason(), 'busy');
  down = false;
  await pass(20);
  assert.equal((await waiting).status, 200);
  assert.equal(reason(), undefined);
});

test('what the archive answered to another link does not count', async () => {
  let down = false;
  const archive = () => ({ status: down ? 503 : 200 });
  const { window, sent, pass } = started({ path: '/viewer?StudyInstanceUIDs=1.2.3,1.2.4&token=t', archive });
  await window.fetch('/dicom-web/studies/1.2.4/series');
  await pass(1);
  down = true;
  window.sessionStorage.setItem('ohifbuild:/:1.2.3', 't');
  window.history.pushState(null, '', '/viewer?StudyInstanceUIDs=1.2.3');
  const waiting = window.fetch(SERIES);
  await pass(30);
  down = false;
  await pass(20);
  assert.deepEqual([(await waiting).status, sent.length > 6], [200, true]);
});
