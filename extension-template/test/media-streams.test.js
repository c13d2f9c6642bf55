import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORIGIN, settle, started as openStarted } from './host.js';

const URL_A = '/dicom-web/studies/1.2.3/rendered';
const SCRIPT = `${ORIGIN}/ohifbuild-media.js`;
const PIECE = 4 * 1024 * 1024;

/** @param {number} status */
const ranged = (status = 206) => ({
  status,
  type: 'video/mp4',
  headers: { 'Content-Range': `bytes 0-0/${2 * PIECE}`, 'Content-Length': '1' },
});

/**
 * A browser's service workers, as far as a page sees them.
 *
 * @param {Window & typeof globalThis} window
 * @param {{refuses?: boolean, controls?: boolean}} [options]
 */
function fakeWorkers(window, { refuses = false, controls = true } = {}) {
  const workers = /** @type {any} */ (new window.EventTarget());
  /** @type {any[]} */
  const told = [];
  const ours = { scriptURL: SCRIPT, postMessage: (/** @type {any} */ message) => told.push(message) };
  /** @type {any[]} */
  const all = [{ active: { scriptURL: `${ORIGIN}/sw.js` } }];
  Object.assign(workers, {
    told,
    ours,
    registered: [],
    controller: null,
    startMessages: () => undefined,
    getRegistrations: async () => all,
    async register(/** @type {string} */ script, /** @type {any} */ options) {
      workers.registered.push([script, options.scope]);
      if (refuses) {
        throw new window.DOMException('no storage', 'SecurityError');
      }
      all.push({ active: ours });
      if (controls) {
        setImmediate(() => {
          workers.controller = ours;
          workers.dispatchEvent(new window.Event('controllerchange'));
        });
      }
      return { active: ours };
    },
  });
  Object.defineProperty(window.navigator, 'serviceWorker', { value: workers, configurable: true });
  Object.defineProperty(window, 'isSecureContext', { value: true });
  return workers;
}

/**
 * @param {Parameters<typeof openStarted>[0] & {workers?: Parameters<typeof fakeWorkers>[1], streaming?: boolean}} [options]
 */
function started({ workers, streaming = true, ...options } = {}) {
  /** @type {any} */
  let container;
  const tab = openStarted({
    path: '/viewer?StudyInstanceUIDs=1.2.3&token=t',
    settings: { mediaStreaming: streaming },
    archive: () => ranged(),
    prepare: window => (container = fakeWorkers(window, workers)),
    ...options,
  });
  const video = tab.document.createElement('video');
  tab.document.body.append(video);
  /**
   * A message of the worker, and what the page answers.
   *
   * @param {unknown} data
   * @param {unknown} [source]
   */
  async function asked(data, source = container.ours) {
    const { port1, port2 } = new MessageChannel();
    /** @type {any[]} */
    const answers = [];
    port1.onmessage = event => answers.push(event.data);
    const event = Object.assign(new tab.window.Event('message'), { data, source, ports: [port2] });
    container.dispatchEvent(event);
    await settle();
    await new Promise(resolve => setTimeout(resolve, 10));
    return { answers, port: port1, close: () => port1.close() };
  }
  const address = () => video.attributes.getNamedItem('src')?.value ?? '';
  const ranges = () => tab.sent.map(({ headers }) => headers.range);
  return { ...tab, video, container, asked, address, ranges, id: () => address().split('/').at(-1) };
}

test('a video gets an address of this page, and asks the archive for its first piece with the token', async () => {
  const { video, address, sent, container } = started();
  video.src = URL_A;
  await settle();
  assert.match(address(), /^\/ohifbuild-media\/[0-9a-f-]{36}$/);
  assert.deepEqual([video.src, video.getAttribute('src')], [ORIGIN + URL_A, URL_A]);
  assert.deepEqual(
    sent.map(({ url, headers, redirect, cache }) => [url, headers.token, headers.range, redirect, cache]),
    [[ORIGIN + URL_A, 't', `bytes=0-${PIECE - 1}`, 'manual', 'no-store']]
  );
  assert.deepEqual(container.registered, [[SCRIPT, '/viewer']]);
});

test('the first piece is used once, and later requests are for one piece each', async () => {
  const { video, asked, id, ranges } = started();
  video.src = URL_A;
  await settle();
  const { answers, port, close } = await asked({ id: id(), range: 'bytes=0-' });
  assert.deepEqual([answers[0].status, answers[0].headers['Content-Type'], ranges().length], [206, 'video/mp4', 1]);
  for (let turn = 0; turn < 2; turn += 1) {
    port.postMessage('next');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  assert.deepEqual([[...answers[1].bytes], answers[2].bytes], [[120], undefined]);
  close();
  for (const [range, sent] of [
    ['bytes=100-', `bytes=100-${PIECE + 99}`],
    ['bytes=100-199', 'bytes=100-199'],
    ['bytes=0-', `bytes=0-${PIECE - 1}`],
  ]) {
    (await asked({ id: id(), range })).close();
    assert.equal(ranges().at(-1), sent);
  }
});

test('a browser that asks for no range gets the whole file, piece by piece', async () => {
  const { video, asked, id } = started();
  video.src = URL_A;
  await settle();
  const { answers, close } = await asked({ id: id(), range: '' });
  assert.deepEqual([answers[0].status, answers[0].headers['Content-Length']], [200, String(2 * PIECE)]);
  close();
});

test('nobody gets an address that was not given out, is used up, or is asked for by another worker', async () => {
  const { video, asked, id, container } = started();
  video.src = URL_A;
  await settle();
  const known = id();
  const unknown = await asked({ id: 'other', range: '' });
  assert.deepEqual(unknown.answers, [{ status: 0 }]);
  const foreign = await asked({ id: known, range: '' }, { ...container.ours, scriptURL: `${ORIGIN}/sw.js` });
  assert.deepEqual(foreign.answers, []);
  const page = await asked({ id: known, range: '' }, null);
  assert.deepEqual(page.answers, []);
  video.removeAttribute('src');
  const ended = await asked({ id: known, range: '' });
  assert.deepEqual(ended.answers, [{ status: 0 }]);
  [unknown, foreign, page, ended].forEach(({ close }) => close());
});

test('an archive without ranges is asked once, and its answer becomes an object URL', async () => {
  const { video, address, sent } = started({ archive: () => ({ status: 200, type: 'video/mp4' }) });
  video.src = URL_A;
  await settle();
  assert.match(address(), /^blob:/);
  assert.equal(sent.length, 1);
});

test('without a worker a video is downloaded as a whole', async () => {
  const { video, address, ranges } = started({ workers: { refuses: true } });
  video.src = URL_A;
  await settle();
  assert.match(address(), /^blob:/);
  assert.deepEqual(ranges(), [`bytes=0-${PIECE - 1}`, undefined]);
});

test('a worker that never comes is not waited for longer than three seconds', async () => {
  const { video, address, pass } = started({ workers: { controls: false } });
  video.src = URL_A;
  await settle();
  assert.equal(address(), '');
  await pass(3);
  assert.match(address(), /^blob:/);
});

test('a dist without the worker registers none, and asks for no range', async () => {
  const { video, address, ranges, container } = started({ streaming: false });
  video.src = URL_A;
  await settle();
  assert.match(address(), /^blob:/);
  assert.deepEqual([ranges(), container.registered], [[undefined], []]);
});

test('a page without videos registers no worker', async () => {
  const { document, container } = started();
  const image = document.createElement('img');
  image.src = URL_A;
  await settle();
  assert.deepEqual(container.registered, []);
});

for (const later of [false, true]) {
  test(`a refusal ${later ? 'in the middle' : 'at the start'} is told to the person`, async () => {
    let refuses = !later;
    const { video, window, asked, id, reason, pass } = started({ archive: () => ranged(refuses ? 403 : 206) });
    let errors = 0;
    video.addEventListener('error', () => (errors += 1));
    video.src = URL_A;
    await settle();
    if (later) {
      refuses = true;
      const { answers, close } = await asked({ id: id(), range: 'bytes=5-' });
      assert.equal(answers[0].status, 403);
      close();
    }
    await pass(20);
    assert.deepEqual([reason(), errors], ['refused', later ? 0 : 1]);
    assert.ok(window);
  });
}

test('a video of another study is not asked for', async () => {
  const { video, sent, address } = started();
  video.src = '/dicom-web/studies/9.9/rendered';
  await settle();
  assert.deepEqual([sent, address()], [[], '']);
});

test('OHIF removes the workers of other viewers, and does not see ours', async () => {
  const { video, window } = started();
  video.src = URL_A;
  await settle();
  const all = await window.navigator.serviceWorker.getRegistrations();
  assert.deepEqual(
    all.map(({ active }) => active?.scriptURL),
    [`${ORIGIN}/sw.js`]
  );
});

test('the worker is told when the page leaves', async () => {
  const { video, window, container } = started();
  video.src = URL_A;
  await settle();
  window.dispatchEvent(new window.Event('pagehide'));
  assert.deepEqual(container.told.at(-1), 'end');
});
