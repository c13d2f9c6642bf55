import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { provideLaterModules } from '../src/early/later-modules.js';

const URL_ = '/later.bundle.1.js';

/**
 * A page with a bundler's runtime, in which module 1 is a later one.
 *
 * @param {...string} names that it exports, if they are known
 */
function page(...names) {
  /** @type {any} */
  const { window } = new JSDOM('<head></head>', { url: 'https://host/', runScripts: 'outside-only' });
  /** @type {string[]} */
  const asked = [];
  const state = { status: 200 };
  window.XMLHttpRequest = class {
    /**
     * @param {string} method
     * @param {string} url
     * @param {boolean} later
     */
    open(method, url, later) {
      asked.push(`${method} ${url} ${later}`);
    }

    send() {}

    get status() {
      return state.status;
    }

    responseText = 'window.arrive()';
  };
  window.requestIdleCallback = (/** @type {() => void} */ act) => window.setTimeout(act, 0);
  provideLaterModules(window, URL_);
  let evaluated = 0;
  /** @type {Record<string, any>} */
  const factories = { 1: window.ohifbuildLater(1, names.length ? names : undefined) };
  /** @type {Record<string, {exports: any}>} */
  const cache = {};
  const load = Object.assign(
    (/** @type {string} */ id) => {
      cache[id] ??= { exports: {} };
      if (!('done' in cache[id])) {
        Object.assign(cache[id], { done: true });
        factories[id].call(cache[id].exports, cache[id], cache[id].exports, load);
      }
      return cache[id].exports;
    },
    { m: factories }
  );
  const arrive = () => {
    factories[1] = (/** @type {any} */ _module, /** @type {any} */ exports) => {
      evaluated += 1;
      Object.defineProperty(exports, '__esModule', { value: true });
      Object.defineProperty(exports, 'value', { enumerable: true, get: () => 42 });
    };
  };
  window.arrive = arrive;
  return { window, load, arrive, asked, state, evaluated: () => evaluated };
}

test('a module that nothing uses is not evaluated', () => {
  const { load, evaluated, asked } = page('value', '__esModule');
  load('1');
  assert.equal(evaluated(), 0);
  assert.deepEqual(asked, []);
});

test('what reads an export gets it from a module whose script has arrived', () => {
  const { load, arrive, evaluated, asked } = page('value', '__esModule');
  const imported = load('1');
  arrive();
  assert.equal(imported.value, 42);
  assert.equal(imported.value, 42);
  assert.equal(evaluated(), 1);
  assert.deepEqual(asked, []);
});

test('what reads an export before the script has arrived waits for it', () => {
  const { load, asked, evaluated } = page('value', '__esModule');
  assert.equal(load('1').value, 42);
  assert.deepEqual(asked, [`GET ${URL_} false`]);
  assert.equal(evaluated(), 1);
});

test('a module asks whether it is an ES module, and gets the answer of the module itself', () => {
  const { load } = page('value', '__esModule');
  assert.equal(load('1').__esModule, true);
});

test('a module whose exports are not known is evaluated when it is required', () => {
  const { load, evaluated } = page();
  load('1');
  assert.equal(evaluated(), 1);
});

test('a script that cannot be loaded is an error where the module is used, and the next use tries again', () => {
  const { load, state } = page('value', '__esModule');
  state.status = 404;
  const imported = load('1');
  assert.throws(() => imported.value, /module 1 could not be loaded/);
  state.status = 200;
  assert.equal(imported.value, 42);
});

test('the script is loaded after the first image, once, and the rest is evaluated', async () => {
  const { window, load, arrive, evaluated } = page('value', '__esModule');
  load('1');
  assert.equal(window.document.querySelector('script'), null);
  window.document.dispatchEvent(new window.Event('CORNERSTONE_IMAGE_RENDERED'));
  window.document.dispatchEvent(new window.Event('CORNERSTONE_IMAGE_RENDERED'));
  const scripts = window.document.querySelectorAll('script');
  assert.equal(scripts.length, 1);
  assert.equal(scripts[0].getAttribute('src'), URL_);
  arrive();
  scripts[0].dispatchEvent(new window.Event('load'));
  await new Promise(done => window.setTimeout(done, 20));
  assert.equal(evaluated(), 1);
});

test('a page that may need the modules soon fetches their script at once, and does not run it', () => {
  for (const soon of [true, false]) {
    const { window } = new JSDOM('<head></head>', { url: 'https://host/' });
    provideLaterModules(/** @type {any} */ (window), URL_, soon);
    const found = [...window.document.querySelectorAll('link, script')].map(({ outerHTML }) => outerHTML);
    assert.deepEqual(found, soon ? [`<link rel="preload" as="script" href="${URL_}">`] : []);
  }
});

test('a viewer without later modules provides nothing', () => {
  /** @type {any} */
  const { window } = new JSDOM('');
  provideLaterModules(window, '');
  assert.equal('ohifbuildLater' in window, false);
});
