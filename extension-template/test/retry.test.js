/** Requests that are sent again: which, when, and how often. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsOf, withRetries } from '../src/early/retry.js';
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
    assert.equal((await during(window.fetch(SERIES), 4)).status, 200);
  });
}

for (const status of [400, 401, 403, 404, 413, 500, 501]) {
  test(`${status}: not sent again`, async () => {
    const { xhr, sent } = answering({ status });
    assert.equal(await xhr(SERIES), status);
    assert.equal(sent.length, 1);
  });
}

test('after three more attempts the last answer is the answer', async () => {
  const { xhr, sent, reason, pass } = answering({ status: 503 });
  assert.equal(await xhr(SERIES), 503);
  await pass(1);
  assert.deepEqual([sent.length, reason()], [4, 'busy']);
});

test('the body of an answer that is asked for again is given up, also if it never ends', async () => {
  let ended = 0;
  const endless = () => new ReadableStream({ cancel: () => void ended++ });
  const attempt = async () => new Response(endless(), { status: 503 });
  const { window, during } = started({ path: PATH });
  const last = await during(withRetries(window, new AbortController().signal, attempt), 4);
  assert.deepEqual([ended, last.bodyUsed], [3, false]);
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
  const { xhr, sent, reason, pass } = answering({ status: 503, headers: { 'Retry-After': '120' } });
  assert.equal(await xhr(SERIES), 503);
  await pass(1);
  assert.deepEqual([sent.length, reason()], [1, 'busy']);
});

test('all pauses together are bounded', async () => {
  const { window, sent, pass } = answering({ status: 503, headers: { 'Retry-After': '9' } });
  const done = window.fetch(SERIES);
  await pass(16);
  assert.deepEqual([(await done).status, sent.length], [503, 2]);
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
