/** What the page asks the archive before OHIF does, and who gets the answers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTab, settle, started } from './host.js';
import { archive, ask, FRAMES, JSON_TYPE, opened, PART, PATH, ROOT, SENT, STARTUP } from './startup.js';

test('study, series, metadata and the first frame are asked for before OHIF asks', async () => {
  const { urls, sent, api } = await opened();
  assert.deepEqual(urls().sort(), [...SENT].sort());
  assert.ok(sent.every(({ headers }) => headers.token === 't'));
  assert.equal(sent.find(({ url }) => url.includes('/frames/'))?.headers.accept, FRAMES);
  assert.deepEqual(api.guessed(), { sent: 5, used: 0, wrong: 0, waiting: 5 });
});

test("OHIF's own requests get the answers, by fetch and by XMLHttpRequest, and nothing is sent twice", async () => {
  const { window, xhr, sent, api } = await opened();
  for (const url of SENT.slice(0, 3)) {
    assert.equal(await (await ask(window, url)).text(), archive(url).body);
  }
  assert.equal(await xhr(SENT[3], { Accept: JSON_TYPE }), 200);
  assert.equal(await (await ask(window, SENT[4])).text(), PART);
  assert.equal(sent.length, 5);
  assert.deepEqual(api.guessed(), { sent: 5, used: 5, wrong: 0, waiting: 0 });
});

test('an answer is given once', async () => {
  const { window, sent } = await opened();
  await ask(window, SENT[0]);
  assert.equal(sent.length, 5);
  assert.equal(await (await ask(window, SENT[0])).text(), archive(SENT[0]).body);
  assert.equal(sent.length, 6);
});

test('a request with other headers, another method or another token does not get the answer', async () => {
  const { window, sent, api } = await opened();
  await ask(window, SENT[0], { headers: { Accept: 'application/json' } });
  await ask(window, SENT[1], { headers: { Accept: JSON_TYPE, Range: 'bytes=0-1' } });
  await ask(window, SENT[2], { method: 'HEAD' });
  assert.equal(sent.length, 8);
  assert.deepEqual(api.guessed(), { sent: 5, used: 0, wrong: 2, waiting: 3 });
});

test('after a wrong guess nothing more is asked ahead', async () => {
  const before = started({ path: PATH, archive });
  const tab = openTab({ path: before.address(), session: before.stored(), archive, settings: { startup: STARTUP } });
  tab.start();
  await ask(tab.window, SENT[0], { headers: { Accept: 'other' } });
  await settle();
  await settle();
  assert.deepEqual(
    tab.sent.map(({ url, headers }) => [url, headers.accept]),
    [
      [SENT[0], JSON_TYPE],
      [SENT[0], 'other'],
    ]
  );
});

test('what OHIF has asked for itself is not asked for', async () => {
  /** @type {(reply: import('./host.js').Reply) => void} */
  let answer = () => undefined;
  const { window, urls } = await opened({
    archive: url => (url === SENT[1] ? new Promise(resolve => (answer = resolve)) : archive(url)),
  });
  await ask(window, SENT[2]);
  answer(archive(SENT[1]));
  await settle();
  await settle();
  assert.equal(urls().filter(url => url === SENT[2]).length, 1);
});

test('an answer of an earlier link is never given to a later one', async () => {
  const { window, sent, api } = await opened({ path: '/viewer?StudyInstanceUIDs=1.2.3,1.2.4&token=t' });
  const before = sent.length;
  const [{ url }] = sent;
  window.sessionStorage.setItem('ohifbuild:/:1.2.3', 'other');
  window.history.pushState(null, '', '/viewer?StudyInstanceUIDs=1.2.3');
  await ask(window, url);
  assert.equal(sent.length, before + 1);
  assert.equal(sent[before].headers.token, 'other');
  assert.deepEqual([api.guessed().used, api.guessed().waiting], [0, 0]);
});

test('an aborted request ends the guess, and is no error', async () => {
  const { window, reason } = await opened({ archive: url => (url === SENT[0] ? new Promise(() => {}) : archive(url)) });
  const abort = new AbortController();
  const response = ask(window, SENT[0], { signal: abort.signal });
  abort.abort();
  await assert.rejects(response, { name: 'AbortError' });
  assert.equal(reason(), undefined);
});

test('a frame that has arrived is on the screen only when OHIF has asked for it', async () => {
  const { window, api, reason } = await opened();
  api.report('failed');
  assert.equal(reason(), 'failed');
  await ask(window, SENT[4]);
  assert.equal(reason(), 'incomplete');
});

test('what OHIF does not ask for is dropped some seconds after the first image', async () => {
  const { window, api, pass } = await opened();
  await ask(window, SENT[4]);
  assert.deepEqual(api.guessed(), { sent: 5, used: 1, wrong: 0, waiting: 4 });
  await pass(6);
  assert.deepEqual(api.guessed(), { sent: 5, used: 1, wrong: 4, waiting: 0 });
});

test('as long as OHIF asks for something, nothing is dropped', async () => {
  const { window, api, pass } = await opened();
  await ask(window, SENT[4]);
  for (const used of [2, 3, 4, 5]) {
    await pass(4);
    await ask(window, SENT[5 - used]);
    assert.deepEqual(api.guessed(), { sent: 5, used, wrong: 0, waiting: 5 - used });
  }
});

test('without an image it is dropped after two minutes', async () => {
  const { api, pass } = await opened();
  await pass(121);
  assert.deepEqual(api.guessed(), { sent: 5, used: 0, wrong: 5, waiting: 0 });
});

test('of several studies, the image of the one that OHIF shows first is asked for', async () => {
  const { urls } = await opened({ path: '/viewer?StudyInstanceUIDs=1.2.4,1.2.3&token=t' });
  assert.deepEqual(
    urls().filter(url => url.includes('/frames/')),
    [`${ROOT}/studies/1.2.4/series/1.2.4.1/instances/1.2.4.1.1/frames/1`]
  );
});

test('OHIF gets an answer when all of it has arrived', async () => {
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  let source;
  const body = new ReadableStream({ start: controller => void (source = controller) });
  const { window, urls } = await opened({
    change: page => (page.fetch = async () => new Response(body, { headers: { 'Content-Type': JSON_TYPE } })),
  });
  const text = new TextEncoder();
  source?.enqueue(text.encode('[{'));
  let arrived = false;
  const answer = ask(window, SENT[0]);
  void answer.then(() => (arrived = true));
  await settle();
  assert.ok(!arrived);
  source?.enqueue(text.encode('}]'));
  source?.close();
  assert.equal(await (await answer).text(), '[{}]');
  assert.deepEqual(urls(), []);
});

test('an XMLHttpRequest that waits for a guess is aborted as always', async () => {
  const { window, urls, pass } = await opened({ archive: () => new Promise(() => {}) });
  /** @type {string[]} */
  const events = [];
  const request = new window.XMLHttpRequest();
  ['timeout', 'abort', 'error', 'load', 'loadend'].forEach(type =>
    request.addEventListener(type, () => events.push(type))
  );
  request.open('GET', SENT[0]);
  request.setRequestHeader('Accept', JSON_TYPE);
  request.send();
  request.abort();
  await settle();
  assert.deepEqual(events, ['abort', 'loadend']);
  await pass(1);
  assert.deepEqual(urls(), [SENT[0]]);
});
