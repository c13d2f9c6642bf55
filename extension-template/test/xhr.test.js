/** An XMLHttpRequest under the roots behaves as the standard specifies, though fetch sends it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, started } from './host.js';

const PATH = '/viewer?StudyInstanceUIDs=1.2.3&token=t';
const STUDY = '/dicom-web/studies/1.2.3';
const EVENTS = ['readystatechange', 'loadstart', 'progress', 'load', 'error', 'timeout', 'abort', 'loadend'];

/**
 * @param {Parameters<typeof started>[0]} options
 * @param {string} [url]
 */
function opened(options = {}, url = STUDY) {
  const tab = started({ path: PATH, ...options });
  const xhr = new tab.window.XMLHttpRequest();
  /** @type {string[]} */
  const events = [];
  EVENTS.forEach(type =>
    xhr.addEventListener(type, () => events.push(type === 'readystatechange' ? String(xhr.readyState) : type))
  );
  xhr.open('GET', url);
  const done = new Promise(resolve => xhr.addEventListener('loadend', resolve));
  return { ...tab, xhr, events, done };
}

test('its states and events come in order', async () => {
  const { xhr, events, done } = opened({
    archive: () => ({ status: 200, body: 'abc', type: 'text/plain', headers: { 'Content-Length': '3' } }),
  });
  let lengths = '';
  xhr.addEventListener('progress', ({ loaded, total }) => (lengths = `${loaded} of ${total}`));
  xhr.send();
  await done;
  assert.deepEqual(events, ['loadstart', '2', '3', 'progress', 'progress', '4', 'load', 'loadend']);
  assert.deepEqual([xhr.status, xhr.responseText, xhr.response, lengths], [200, 'abc', 'abc', '3 of 3']);
  assert.equal(xhr.getResponseHeader('CONTENT-type'), 'text/plain');
  assert.match(xhr.getAllResponseHeaders(), /content-type: text\/plain\r\n/);
  assert.deepEqual([xhr.getResponseHeader('X-None'), xhr.responseXML], [null, null]);
});

for (const [type, body, expected] of /** @type {[XMLHttpRequestResponseType, string, unknown][]} */ ([
  ['json', '{"a":1}', { a: 1 }],
  ['json', '{', null],
  ['text', 'é', 'é'],
  ['document', '<p>', null],
])) {
  test(`the response is returned as ${type || 'text'}: ${body}`, async () => {
    const { xhr, done } = opened({ archive: () => ({ status: 200, body, type: 'text/plain; charset=utf-8' }) });
    xhr.responseType = type;
    xhr.send();
    assert.equal(xhr.response, type === 'text' ? '' : null);
    await done;
    assert.deepEqual(xhr.response, expected);
    if (type !== 'text') {
      assert.throws(() => xhr.responseText, { name: 'InvalidStateError' });
    }
  });
}

test('the response is returned as bytes and as a blob of its type', async () => {
  const bytes = opened({ archive: () => ({ status: 200, body: 'abc' }) });
  bytes.xhr.responseType = 'arraybuffer';
  bytes.xhr.send();
  await bytes.done;
  assert.deepEqual([...new Uint8Array(bytes.xhr.response)], [97, 98, 99]);
  const blob = opened({ archive: () => ({ status: 200, body: 'abc', type: 'image/jpeg' }) });
  blob.xhr.responseType = 'blob';
  blob.xhr.overrideMimeType('image/png');
  blob.xhr.send();
  await blob.done;
  assert.deepEqual([blob.xhr.response.type, blob.xhr.response.size], ['image/png', 3]);
});

test('text is decoded with the charset of the response or the caller', async () => {
  for (const [type, override, expected] of [
    ['text/plain; charset=latin1', '', 'Ã©'],
    ['text/plain', 'x; charset="latin1"', 'Ã©'],
    ['text/plain; charset=nonsense', '', 'é'],
  ]) {
    const { xhr, done } = opened({ archive: () => ({ status: 200, body: 'é', type }) });
    if (override) {
      xhr.overrideMimeType(override);
    }
    xhr.send();
    await done;
    assert.equal(xhr.responseText, expected);
  }
});

test('a network error is an error without a response', async () => {
  const { xhr, events, done, during } = opened({ archive: () => undefined });
  xhr.send();
  await during(done, 700);
  assert.deepEqual(events, ['loadstart', '4', 'error', 'loadend']);
  assert.deepEqual([xhr.status, xhr.statusText, xhr.responseURL, xhr.response], [0, '', '', '']);
});

test('a request outside the link is an error, and nothing is sent', async () => {
  const { xhr, events, done, sent } = opened({}, '/dicom-web/studies/9.9');
  xhr.send();
  await done;
  assert.deepEqual([events, sent], [['loadstart', '4', 'error', 'loadend'], []]);
});

test('aborted, it is neither loaded nor in error, and no error is reported', async () => {
  const { xhr, events, reason } = opened();
  xhr.send();
  xhr.abort();
  await settle();
  assert.deepEqual([events, xhr.readyState, xhr.status], [['loadstart', '4', 'abort', 'loadend'], 0, 0]);
  assert.equal(reason(), undefined);
  const idle = opened();
  idle.xhr.abort();
  assert.deepEqual(idle.events, []);
});

test('it times out', async () => {
  const { xhr, events, done, reason } = opened({ archive: () => new Promise(() => {}) });
  xhr.timeout = 1;
  xhr.send();
  await done;
  assert.deepEqual([events, reason()], [['loadstart', '4', 'timeout', 'loadend'], undefined]);
});

test('opened again, the previous response does not arrive', async () => {
  const { xhr, events, done, sent } = opened();
  xhr.send();
  xhr.open('GET', `${STUDY}/series`);
  xhr.send();
  await done;
  await settle();
  assert.equal(events.filter(type => type === 'load').length, 1);
  assert.match(String(sent.at(-1)?.url), /series$/);
});

test('it cannot be sent twice, and takes no header once it is', () => {
  const { xhr } = opened();
  xhr.send();
  assert.throws(() => xhr.send(), { name: 'InvalidStateError' });
  assert.throws(() => xhr.setRequestHeader('Accept', 'x'), { name: 'InvalidStateError' });
});

test('a synchronous one fails before anything is sent', () => {
  const { xhr, sent } = opened();
  xhr.open('GET', STUDY, false);
  assert.throws(() => xhr.send(), { name: 'NetworkError' });
  assert.deepEqual(sent, []);
});

test("the archive, not the caller, decides whether the browser's sign-in is sent", async () => {
  for (const wanted of [true, false]) {
    const { xhr, done, sent } = opened();
    xhr.withCredentials = wanted;
    xhr.setRequestHeader('Accept', 'a');
    xhr.setRequestHeader('accept', 'b');
    xhr.send();
    await done;
    assert.deepEqual([sent[0].credentials, sent[0].headers.accept, sent[0].redirect], ['omit', 'a, b', 'manual']);
  }
});

test('methods that write are not sent', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'post']) {
    const { xhr, done, sent } = opened();
    xhr.open(method, STUDY);
    xhr.send(method === 'DELETE' ? null : 'x');
    await done;
    assert.deepEqual([xhr.status, sent], [0, []]);
  }
});

test('with a user name it is sent without the token', async () => {
  const { xhr, sent } = opened();
  xhr.open('GET', STUDY, true, 'user', 'password');
  xhr.send();
  await settle();
  assert.deepEqual(
    sent.map(({ headers, via }) => [via, headers.token]),
    [['xhr', undefined]]
  );
});
