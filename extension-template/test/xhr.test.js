/** An XMLHttpRequest under the roots behaves as the standard specifies, though fetch sends it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBody } from '../src/early/xhr-response.js';
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
      assert.throws(() => xhr.responseText, { name: 'InvalidStateError', message: /^responseText was called/ });
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
  assert.throws(() => xhr.send(), { name: 'InvalidStateError', message: /^send was called/ });
  assert.throws(() => xhr.setRequestHeader('Accept', 'x'), {
    name: 'InvalidStateError',
    message: /^setRequestHeader was called/,
  });
});

test('a synchronous one fails before anything is sent', () => {
  const { xhr, sent } = opened();
  xhr.open('GET', STUDY, false);
  assert.throws(() => xhr.send(), { name: 'NetworkError', message: /Synchronous/ });
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

for (const [headers, total] of /** @type {[Record<string, string>, number][]} */ ([
  [{ 'Content-Length': '3' }, 3],
  [{}, 0],
  [{ 'Content-Length': 'many' }, 0],
  [{ 'Content-Length': '3', 'Content-Encoding': 'gzip' }, 0],
])) {
  test(`the events say how much arrived of how much: ${JSON.stringify(headers)}`, async () => {
    const { xhr, done } = opened({ archive: () => ({ status: 200, body: 'abc', type: 'text/plain', headers }) });
    /** @type {[string, boolean, number, number][]} */
    const told = [];
    EVENTS.slice(1).forEach(type =>
      xhr.addEventListener(type, event => {
        const { lengthComputable, loaded, total: all } = /** @type {ProgressEvent} */ (event);
        told.push([type, lengthComputable, loaded, all]);
      })
    );
    xhr.send();
    await done;
    const arrived = [total > 0, 3, total];
    assert.deepEqual(told, [
      ['loadstart', false, 0, 0],
      ['progress', ...arrived],
      ['progress', ...arrived],
      ['load', ...arrived],
      ['loadend', ...arrived],
    ]);
  });
}

test('a body without content has no event of progress', async () => {
  const { xhr, events, done } = opened({ archive: () => ({ status: 204 }) });
  xhr.responseType = 'arraybuffer';
  xhr.send();
  await done;
  assert.deepEqual(events, ['loadstart', '2', '4', 'load', 'loadend']);
  assert.equal(xhr.response.byteLength, 0);
});

/**
 * A body that comes in three pieces, each at its moment.
 *
 * @param {(moment: number) => void} at
 */
function inPieces(at) {
  const pieces = /** @type {[string, number][]} */ ([
    ['a', 1000],
    ['bc', 1049],
    ['def', 1050],
  ]);
  return new ReadableStream(
    {
      pull(controller) {
        const [text, moment] = pieces.shift() ?? [];
        at(moment ?? 2000);
        return text ? controller.enqueue(new TextEncoder().encode(text)) : controller.close();
      },
    },
    { highWaterMark: 0 }
  );
}

test('the progress of a body is told at most every 50 ms', async ({ mock }) => {
  let now = 0;
  mock.method(Date, 'now', () => now);
  /** @type {[number, number][]} */
  const told = [];
  const response = new Response(
    inPieces(moment => (now = moment)),
    { headers: { 'Content-Length': '6' } }
  );
  const { bytes, total } = await readBody(response, (...progress) => told.push(progress));
  assert.deepEqual([new TextDecoder().decode(bytes), total], ['abcdef', 6]);
  assert.deepEqual(told, [
    [1, 6],
    [6, 6],
  ]);
});

test('a body in pieces is one body, with the status and the headers of its response', async ({ mock }) => {
  mock.method(Date, 'now', () => 1000);
  const body = inPieces(() => {});
  const answer = new Response(body, { status: 201, statusText: 'Made', headers: { 'X-A': 'b', 'X-C': 'd' } });
  Object.defineProperty(answer, 'url', { value: 'https://viewer.example/dicom-web/there' });
  const { xhr, events, done } = opened({ prepare: window => void (window.fetch = async () => answer) });
  assert.deepEqual([xhr.getAllResponseHeaders(), xhr.readyState, xhr.statusText], ['', 1, '']);
  xhr.send();
  await done;
  assert.deepEqual(events, ['loadstart', '2', '3', 'progress', 'progress', '4', 'load', 'loadend']);
  assert.deepEqual([xhr.status, xhr.statusText, xhr.responseText], [201, 'Made', 'abcdef']);
  assert.equal(xhr.responseURL, 'https://viewer.example/dicom-web/there');
  assert.equal(xhr.getAllResponseHeaders(), 'x-a: b\r\nx-c: d\r\n');
});

test('aborted when it is complete or not sent yet, it says nothing more', async () => {
  const { xhr, events, done, pass } = opened();
  xhr.timeout = 5;
  xhr.send();
  await done;
  const before = [...events];
  xhr.abort();
  await pass(10);
  assert.deepEqual([events, xhr.readyState], [before, 0]);
  const idle = opened();
  idle.xhr.abort();
  assert.deepEqual([idle.events, idle.xhr.readyState], [[], 0]);
});

test("elsewhere every method and property is the browser's own", () => {
  /** @type {unknown[][]} */
  const called = [];
  const { window } = started({
    path: PATH,
    prepare({ XMLHttpRequest: { prototype } }) {
      for (const name of /** @type {const} */ (['abort', 'overrideMimeType', 'getAllResponseHeaders', 'open'])) {
        prototype[name] = /** @type {any} */ (
          (/** @type {unknown[]} */ ...given) => void called.push([name, ...given])
        );
      }
      prototype.getResponseHeader = name => `own ${name}`;
    },
  });
  const xhr = new window.XMLHttpRequest();
  xhr.open('PUT', 'https://other.example/', true, 'user', 'password');
  xhr.overrideMimeType('text/plain');
  xhr.abort();
  xhr.getAllResponseHeaders();
  assert.equal(xhr.getResponseHeader('X-A'), 'own X-A');
  assert.deepEqual([xhr.readyState, xhr.status, xhr.responseText], [1, 0, '']);
  assert.deepEqual(called, [
    ['open', 'PUT', 'https://other.example/', true, 'user', 'password'],
    ['overrideMimeType', 'text/plain'],
    ['abort'],
    ['getAllResponseHeaders'],
  ]);
});
