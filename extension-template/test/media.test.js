import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORIGIN, settle, started as openStarted } from './host.js';

const PATH = '/viewer?StudyInstanceUIDs=1.2.3&token=t';
const URL_A = '/dicom-web/studies/1.2.3/rendered';

/** @param {Parameters<typeof openStarted>[0]} [options] */
function started(options) {
  const tab = openStarted({ path: PATH, ...options });
  /**
   * The attribute's value that the browser itself loads.
   *
   * @param {Element} element
   * @param {string} attribute
   */
  const native = (element, attribute = 'src') => element.attributes.getNamedItem(attribute)?.value;
  return { ...tab, native };
}

test('an image under the roots is loaded with the header and names its own URL', async () => {
  const { document, sent, native, objectUrls } = started();
  const image = document.createElement('img');
  image.src = URL_A;
  assert.equal(native(image), undefined, 'the browser must not load it by itself');
  await settle();
  assert.deepEqual(
    sent.map(({ url, headers }) => [url, headers.token]),
    [[ORIGIN + URL_A, 't']]
  );
  assert.ok(objectUrls.has(native(image) ?? ''));
  assert.deepEqual([image.src, image.getAttribute('src'), image.hasAttribute('src')], [ORIGIN + URL_A, URL_A, true]);
});

for (const [tag, attribute] of [
  ['img', 'src'],
  ['video', 'src'],
  ['audio', 'src'],
  ['source', 'src'],
  ['embed', 'src'],
  ['iframe', 'src'],
  ['object', 'data'],
]) {
  test(`<${tag} ${attribute}> set as property or as attribute, in any case`, async () => {
    const { document, sent, native } = started({ archive: () => ({ status: 200, type: 'application/pdf' }) });
    const [first, second] = [document.createElement(tag), document.createElement(tag)];
    /** @type {any} */ (first)[attribute] = `${URL_A}?n=1`;
    second.setAttribute(attribute.toUpperCase(), `${URL_A}?n=2`);
    await settle();
    assert.deepEqual(
      sent.map(({ headers }) => headers.token),
      ['t', 't']
    );
    assert.match(native(first, attribute) ?? '', /^blob:/);
    assert.match(native(second, attribute) ?? '', /^blob:/);
  });
}

test('the browser itself loads what is not under the roots', async () => {
  const { document, sent, native } = started();
  const image = document.createElement('img');
  for (const url of [
    '/assets/logo.png',
    'data:image/png;base64,AA==',
    'https://evil.example/dicom-web/x',
    `blob:${ORIGIN}/9`,
  ]) {
    image.src = url;
    assert.equal(native(image), url);
    assert.equal(image.getAttribute('src'), url);
  }
  image.setAttribute('alt', 'x');
  await settle();
  assert.deepEqual([sent, image.getAttribute('alt')], [[], 'x']);
});

test('several elements share one download; the last one ends it', async () => {
  const { document, sent, native, objectUrls } = started();
  const [first, second] = [document.createElement('video'), document.createElement('source')];
  document.body.append(first, second);
  first.src = URL_A;
  second.src = URL_A;
  await settle();
  assert.equal(sent.length, 1);
  assert.equal(native(first), native(second));
  first.remove();
  await settle();
  assert.equal(objectUrls.size, 1);
  second.removeAttribute('src');
  assert.deepEqual([objectUrls.size, second.hasAttribute('src'), second.src], [0, false, '']);
});

test('a video that moves within the page keeps its source', async () => {
  const { document, objectUrls } = started();
  const video = document.createElement('video');
  document.body.append(video);
  video.src = URL_A;
  await settle();
  document.body.append(document.createElement('div'));
  document.querySelector('div')?.append(video);
  await settle();
  assert.equal(objectUrls.size, 1);
});

test('a video that never joins the page does not start by itself, and one on the page does', async () => {
  const { document } = started();
  const [aside, shown] = [document.createElement('video'), document.createElement('video')];
  document.body.append(shown);
  for (const video of [aside, shown]) {
    video.autoplay = true;
    video.src = URL_A;
  }
  await settle();
  assert.deepEqual([aside.autoplay, shown.autoplay], [false, true]);
});

test('a download that no element needs is aborted', async () => {
  const { document, objectUrls, sent } = started();
  const video = document.createElement('video');
  video.src = URL_A;
  video.src = '/assets/other.mp4';
  await settle();
  assert.deepEqual([sent.length, objectUrls.size, video.getAttribute('src')], [1, 0, '/assets/other.mp4']);
});

test('a replaced source is revoked', async () => {
  const { document, objectUrls } = started();
  const video = document.createElement('video');
  video.src = URL_A;
  await settle();
  video.src = `${URL_A}?n=2`;
  await settle();
  assert.equal(objectUrls.size, 1);
});

test('a few loaded images stay in the cache, the oldest are revoked', async () => {
  const { document, sent, objectUrls, window } = started();
  for (let index = 0; index < 40; index += 1) {
    const image = document.createElement('img');
    image.src = `${URL_A}?n=${index}`;
    await settle();
    image.dispatchEvent(new window.Event('load'));
  }
  assert.equal(objectUrls.size, 32);
  const again = document.createElement('img');
  again.src = `${URL_A}?n=39`;
  await settle();
  assert.equal(sent.length, 40);
});

test('a refused image fires an error event, and is requested again next time', async () => {
  const { document, window, sent, native } = started({ archive: () => ({ status: 403 }) });
  const image = document.createElement('img');
  const failed = new Promise(resolve => image.addEventListener('error', resolve));
  image.src = URL_A;
  assert.ok((await failed) instanceof window.Event);
  assert.equal(native(image), undefined);
  image.src = URL_A;
  await settle();
  assert.equal(sent.length, 2);
});

for (const type of [
  'text/html',
  'image/svg+xml',
  'application/xhtml+xml',
  'text/xml',
  'application/javascript',
  'text/html; charset=utf-8',
]) {
  test(`a frame is not given ${type}, which could run scripts`, async () => {
    const { document, native, objectUrls } = started({ archive: () => ({ status: 200, type }) });
    const frame = document.createElement('iframe');
    frame.src = URL_A;
    await settle();
    assert.deepEqual([native(frame), objectUrls.size], [undefined, 0]);
  });
}

test('plain bytes become what the element declares, if that is harmless', async () => {
  const { document, objectUrls } = started({ archive: () => ({ status: 200, type: 'application/octet-stream' }) });
  for (const type of ['application/pdf', 'text/html']) {
    const object = document.createElement('object');
    object.type = type;
    object.data = URL_A;
  }
  await settle();
  assert.deepEqual(
    [...objectUrls.values()].map(blob => blob.type),
    ['application/pdf']
  );
});
