import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStill } from '../src/early/still/index.js';
import { openTab } from './host.js';
import { EXPLICIT, instance, words } from './still.js';

/**
 * A tab with canvases, on a link.
 *
 * @param {object} [options]
 * @param {string} [options.path]
 * @param {string[]} [options.languages]
 */
function tab({ path = '/viewer?StudyInstanceUIDs=1.2.3', languages = ['en'] } = {}) {
  const { window, document, pass } = openTab({ path, languages });
  /** What a copy of OHIF's canvas shows: every value. */
  const lit = { value: 0 };
  const context = {
    putImageData() {},
    drawImage() {},
    getImageData: () => ({ data: new Uint8ClampedArray(16).fill(lit.value) }),
  };
  Object.defineProperty(window.HTMLCanvasElement.prototype, 'getContext', { value: () => context });
  /** @type {(() => void)[]} */
  const intervals = [];
  /** @type {string[]} */
  const marks = [];
  Object.assign(window.performance, { mark: (/** @type {string} */ name) => marks.push(name) });
  Object.assign(window, {
    ImageData: class {},
    requestAnimationFrame: (/** @type {() => void} */ act) => act(),
    setInterval: (/** @type {() => void} */ act) => (intervals.push(act), 0),
    clearInterval: window.clearTimeout,
    innerWidth: 1280,
    innerHeight: 800,
  });
  const still = createStill(window, true);
  return {
    still,
    window,
    document,
    marks,
    lit,
    pass,
    look: () => intervals.forEach(act => act()),
    box: () => document.getElementById('ohifbuild-preview'),
    /** OHIF's viewport, with a canvas. */
    pane() {
      const pane = document.createElement('div');
      pane.dataset.cy = 'viewport-pane';
      pane.innerHTML = '<div class="cornerstone-viewport-element"><canvas></canvas></div>';
      document.body.append(pane);
      return pane;
    },
    rendered: (/** @type {Element | null | undefined} */ target) =>
      target?.dispatchEvent(new window.CustomEvent('CORNERSTONE_IMAGE_RENDERED')),
  };
}

/** @param {Record<string, unknown[] | undefined>} [changes] */
function first(changes) {
  const frame = { bytes: words(0, 20, 80, 100), contentType: EXPLICIT };
  return /** @type {any} */ ({
    study: '1.2.3',
    series: '1.2.3.4',
    instance: '1.2.3.4.5',
    metadata: instance(changes),
    frame,
  });
}

test('the first image stands where the viewport will be, labelled in the language of the user', async () => {
  const { still, box, marks } = tab({ languages: ['de-AT'] });
  await still.show(first());
  assert.equal(box()?.getAttribute('aria-label'), 'Vorschau: Der Viewer wird geladen');
  assert.deepEqual([box()?.lang, box()?.getAttribute('role'), box()?.style.pointerEvents], ['de', 'img', 'none']);
  assert.deepEqual([box()?.style.left, box()?.style.width, box()?.style.top], ['287px', '955px', '51px']);
  assert.deepEqual(marks, ['ohifbuild:preview', 'ohifbuild:preview 1.2.3.4.5']);
});

test('on a phone it stands where the layout for phones has its viewport', async () => {
  const { still, box, window } = tab();
  const phone = { innerWidth: 390, innerHeight: 844, matchMedia: () => ({ matches: true }) };
  Object.assign(window, phone);
  await still.show(first());
  assert.deepEqual([box()?.style.left, box()?.style.width, box()?.style.height], ['0px', '390px', '784px']);
});

test('it goes when the canvas of a viewport is lit, and not before', async () => {
  const { still, box, pane, lit, rendered, document } = tab();
  await still.show(first());
  const viewport = pane().firstElementChild;
  rendered(viewport);
  assert.ok(box(), 'black');
  lit.value = 200;
  const thumbnail = document.createElement('div');
  document.body.append(thumbnail);
  rendered(thumbnail);
  assert.ok(box(), 'a thumbnail is no viewport');
  rendered(viewport);
  assert.equal(box(), null);
  await still.show(first());
  assert.equal(box(), null, 'it does not come again');
});

test('it goes some time after OHIF has drawn something that stays black', async () => {
  const { still, box, pane, rendered, pass } = tab();
  await still.show(first());
  rendered(pane().firstElementChild);
  await pass(5000);
  assert.equal(box(), null);
});

test('it follows the viewport when that appears', async () => {
  const { still, box, pane, look } = tab();
  await still.show(first());
  const rect = /** @type {DOMRect} */ ({ left: 10, top: 20, width: 300, height: 400 });
  pane().getBoundingClientRect = () => rect;
  look();
  assert.deepEqual([box()?.style.left, box()?.style.height], ['10px', '400px']);
});

for (const [name, act] of /** @type {[string, (t: ReturnType<typeof tab>) => void][]} */ ([
  ['OHIF has several viewports', ({ pane }) => void [pane(), pane()]],
  ['OHIF shows a document', ({ pane }) => (pane().innerHTML = '<object data="blob:x"></object>')],
  ['OHIF goes to another page', ({ window }) => window.history.pushState(null, '', '/notfoundstudy')],
])) {
  test(`it goes if ${name}`, async () => {
    const page = tab();
    await page.still.show(first());
    act(page);
    page.look();
    assert.equal(page.box(), null);
  });
}

test('nothing is shown after the end, for another instance, or for a link that chooses its layout', async () => {
  const ended = tab();
  ended.still.end();
  await ended.still.show(first());
  assert.equal(ended.box(), null);
  const other = tab();
  await other.still.show(first({ '00080018': ['1.2.3.4.6'] }));
  assert.equal(other.box(), null);
  const layout = tab({ path: '/viewer?StudyInstanceUIDs=1.2.3&hangingProtocolId=mpr' });
  await layout.still.show(first());
  assert.equal(layout.box(), null);
});

test('whatever arrives instead of an image does no harm', async () => {
  for (const wrong of [undefined, {}, { ...first(), metadata: null }, { ...first(), frame: null }]) {
    const { still, box } = tab();
    await still.show(/** @type {any} */ (wrong));
    assert.equal(box(), null);
  }
});
