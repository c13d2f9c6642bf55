import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { TEXTS } from '../src/texts/index.js';
import { isTouchScreen } from '../src/touch/detect.js';
import { createGestures, pannedBy, pixelsPerSlice } from '../src/touch/gestures.js';
import { windowedBy } from '../src/touch/image.js';
import { withTouchLayout } from '../src/touch/mode.js';
import { createStepper } from '../src/touch/stepper.js';
import { positionText, WORDS } from '../src/touch/texts.js';

/**
 * @param {number} width
 * @param {number} height
 * @param {string} pointer
 */
function screenOf(width, height, pointer) {
  const matchMedia = (/** @type {string} */ query) => ({ matches: query === `(pointer: ${pointer})` });
  return /** @type {Window & typeof globalThis} */ (/** @type {unknown} */ ({ screen: { width, height }, matchMedia }));
}
const PHONE = screenOf(390, 844, 'coarse');

for (const [what, window, expected] of /** @type {[string, Window, boolean][]} */ ([
  ['a phone', PHONE, true],
  ['a phone in landscape', screenOf(844, 390, 'coarse'), true],
  ['a tablet', screenOf(820, 1180, 'coarse'), true],
  ['a desktop', screenOf(1920, 1080, 'fine'), false],
  ['a small notebook with a touch screen, whose first pointer is fine', screenOf(1280, 800, 'fine'), false],
  ['a kiosk with a large touch screen', screenOf(1920, 1080, 'coarse'), false],
])) {
  test(`${what} ${expected ? 'gets' : 'does not get'} the touch layout`, () => {
    assert.equal(isTouchScreen(window), expected);
  });
}

test('a browser that knows no media queries keeps the layout of the release', () => {
  const window = /** @type {Window} */ (/** @type {unknown} */ ({ screen: { width: 390, height: 844 } }));
  assert.equal(isTouchScreen(window), false);
});

/** Gestures that record what they mean. */
function recorded() {
  /** @type {any[]} */
  const log = [];
  const gestures = createGestures({
    begin: () => log.push('begin'),
    drag: by => log.push(['drag', by.x, by.y]),
    pinch: change => log.push(['pinch', change]),
    touched: () => {},
    twice: () => log.push('twice'),
  });
  return { ...gestures, log };
}
/** @param {...[number, number]} points */
const fingers = (...points) => points.map(([x, y], id) => ({ id, x, y }));

test('a finger drags from where it has left the tap behind', () => {
  const { down, move, up, log } = recorded();
  down(fingers([10, 10]), 0);
  move(fingers([10, 15]));
  move(fingers([10, 20]));
  move(fingers([10, 50]));
  up([], 500);
  assert.deepEqual(log, ['begin', ['drag', 0, 2], ['drag', 0, 32]]);
});

test('two fingers zoom by their distance and move by their middle', () => {
  const { down, move, log } = recorded();
  down(fingers([0, 0]), 0);
  down(fingers([0, 0], [10, 0]), 5);
  move(fingers([0, 4], [20, 4]));
  assert.deepEqual(log, [['pinch', { scale: 2, x: 5, y: 0, byX: 5, byY: 4 }]]);
});

test('the finger that is left after a pinch does nothing', () => {
  const { down, move, up, log } = recorded();
  down(fingers([0, 0]), 0);
  down(fingers([0, 0], [10, 0]), 5);
  up(fingers([0, 0]), 50);
  move(fingers([0, 100]));
  up([], 90);
  assert.deepEqual(log, []);
});

for (const { what, second, at, expected } of [
  { what: 'two quick taps reset', second: 102, at: 250, expected: ['twice'] },
  { what: 'two slow taps do nothing', second: 102, at: 900, expected: [] },
  { what: 'two taps at different places do nothing', second: 200, at: 250, expected: [] },
]) {
  test(what, () => {
    const { down, up, log } = recorded();
    down(fingers([100, 100]), 0);
    up([], 50);
    down(fingers([second, 101]), at - 40);
    up([], at);
    assert.deepEqual(log, expected);
  });
}

test('what is between the fingers stays there while they zoom', () => {
  const [x, y] = [40, -30];
  const [before, scale] = [/** @type {[number, number]} */ ([12, 8]), 2.5];
  const after = pannedBy(before, { scale, x, y, byX: 0, byY: 0 });
  const place = (/** @type {number[]} */ pan, /** @type {number} */ zoom) => [(x - pan[0]) / zoom, (y - pan[1]) / zoom];
  assert.deepEqual(place(after, scale), place(before, 1));
});

test('thirty slices need less than the screen, and a thousand stay apart', () => {
  assert.ok(29 * pixelsPerSlice(30, 700) < 700);
  assert.equal(pixelsPerSlice(1000, 700), 5);
  assert.equal(pixelsPerSlice(2, 700), 32);
});

test('to the side the window gets wider, and never narrower than nothing', () => {
  assert.deepEqual(windowedBy({ lower: 0, upper: 200 }, { x: 20, y: 10 }), { lower: 0, upper: 220 });
  const { lower, upper } = windowedBy({ lower: 0, upper: 200 }, { x: -9999, y: 0 });
  assert.ok(upper > lower);
});

/** @param {number} count */
function slices(count) {
  /** @type {number[]} */
  const shown = [];
  let at = 0;
  /** @type {(() => void)[]} */
  const waiting = [];
  const stepper = createStepper({
    index: () => at,
    count: () => count,
    show(index) {
      at = index;
      shown.push(index);
      return new Promise(resolve => waiting.push(() => resolve(undefined)));
    },
  });
  async function settle() {
    for (let turn = 0; turn < 400; turn += 1) {
      waiting.shift()?.();
      await Promise.resolve();
    }
  }
  return { ...stepper, shown, settle };
}

test('a finger that jumps over thirty slices shows each of them, in order', async () => {
  const { towards, shown, settle } = slices(30);
  towards(3);
  towards(29);
  await settle();
  assert.deepEqual(
    shown,
    Array.from({ length: 29 }, (_, at) => at + 1)
  );
});

test('the image never goes beyond the ends', async () => {
  const { towards, jump, shown, settle } = slices(3);
  assert.equal(towards(99), 2);
  await settle();
  assert.equal(towards(-99), 0);
  await settle();
  jump(99);
  assert.deepEqual(shown, [1, 2, 1, 0, 2]);
});

test('a finger is at most forty slices ahead', () => {
  assert.equal(slices(1000).towards(500), 40);
});

test('a new touch ends the way of the one before', async () => {
  const { towards, stop, shown, settle } = slices(30);
  towards(20);
  await Promise.resolve();
  stop();
  await settle();
  assert.ok(shown.length < 3);
});

test('a slice that cannot be loaded does not keep the next ones away', async () => {
  let at = 0;
  const { towards } = createStepper({
    index: () => at,
    count: () => 4,
    show: index => ((at = index), index === 2 ? Promise.reject(new Error('404')) : Promise.resolve()),
  });
  towards(3);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(at, 3);
});

test('every language of the messages has every word, and numbers go into each', () => {
  assert.deepEqual(Object.keys(WORDS).sort(), Object.keys(TEXTS).sort());
  for (const words of Object.values(WORDS)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(WORDS.en).sort());
    assert.ok(Object.values(words).every(Boolean));
    assert.match(positionText(words.position, 3, 30), /3\D+30/);
  }
});

/** @returns {any} */
const release = () => ({
  id: 'm',
  routeName: 'viewer',
  hangingProtocol: ['mammography'],
  routes: [{ path: 'p', layoutInstance: { id: 'l', props: { leftPanels: ['a'] } }, layoutTemplate: layoutOf }],
});
/** @this {any} */
function layoutOf() {
  return this.layoutInstance;
}

test('on a phone the mode opens one viewport, with its panels closed and still there', () => {
  /** @type {any} */
  const mode = withTouchLayout(release(), PHONE, async () => ({ enter: () => undefined }));
  assert.deepEqual(mode.routes[0].layoutTemplate(), {
    id: 'l',
    props: { leftPanels: ['a'], leftPanelClosed: true, rightPanelClosed: true },
  });
  assert.equal(mode.hangingProtocol, 'default');
});

test('on a desktop the mode is the same object, and nothing is loaded', () => {
  const mode = release();
  const load = () => assert.fail('loaded');
  assert.equal(withTouchLayout(mode, screenOf(1920, 1080, 'fine'), load), mode);
});

test('the layout comes with the mode and goes with it', async () => {
  /** @type {string[]} */
  const log = [];
  const base = { ...release(), onModeEnter: () => log.push('enter'), onModeExit: () => log.push('exit') };
  const leave = () => log.push('left');
  /** @type {any} */
  const mode = withTouchLayout(base, PHONE, async () => ({ enter: () => (log.push('layout'), leave) }));
  mode.onModeEnter({});
  await new Promise(resolve => setImmediate(resolve));
  mode.onModeExit({});
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(log, ['enter', 'layout', 'exit', 'left']);
});

test('if the layout cannot be loaded or throws, the mode opens as ever', async () => {
  for (const load of [() => Promise.reject(new Error('404')), async () => ({ enter: () => assert.fail('no') })]) {
    /** @type {any} */
    const mode = withTouchLayout(release(), PHONE, load);
    mode.onModeEnter({});
    await new Promise(resolve => setImmediate(resolve));
    mode.onModeExit({});
  }
});

test('a release without the services keeps its own layout', async () => {
  const { enter } = await import('../src/touch/layout.js');
  const { window } = new JSDOM('');
  const host = /** @type {any} */ ({ servicesManager: { services: {} }, extensionManager: {} });
  assert.equal(enter(/** @type {any} */ (window), host), undefined);
  assert.equal(window.document.getElementById('ohifbuild-touch'), null);
});
