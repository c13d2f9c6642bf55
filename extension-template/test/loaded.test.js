/** What the record says of extensions and modes, in a host that registers and loads as OHIF 3.9 to 3.14 do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registerFirst } from '../src/early/first-extension.js';
import { recordLoading } from '../src/loaded.js';
import { confineModes, forgetRegistered, VIEWER_ID } from '../src/modes.js';
import { recordCustomizations, recordReads } from '../src/readings.js';

const api = /** @type {any} */ ({ sync() {} });

/**
 * @param {object} [more]
 * @returns {any}
 */
function page(more = {}) {
  return { ...more };
}

/** @param {any} window */
const record = window => window[Symbol.for('ohifbuild.loaded')]();

function manager() {
  return {
    registeredExtensionIds: /** @type {string[]} */ (['@ohif/extension-default']),
    moduleTypeNames: ['commandsModule', 'panelModule'],
    getModuleEntry() {},
    /** @param {any} extension */
    async registerExtension(extension) {
      if (!extension) {
        throw new Error('Attempting to register a null/undefined extension.');
      }
      await extension.preRegistration?.({});
      for (const name of ['getCommandsModule', 'getPanelModule']) {
        try {
          extension[name]?.({});
        } catch {
          throw new Error(`Exception thrown while trying to call ${name} for the ${extension.id} extension`);
        }
      }
      this.registeredExtensionIds.push(extension.id);
    },
  };
}

/**
 * @param {any[]} extensions
 * @returns {Promise<any[]>}
 */
async function registered(extensions) {
  const window = page();
  const extensionManager = manager();
  recordLoading(window).watchExtensions(
    extensionManager,
    extensions.map((_, number) => `source-${number}`)
  );
  for (const extension of extensions) {
    await extensionManager.registerExtension(extension).catch(() => {});
  }
  return record(window).extensions;
}

test('an extension that registers has no problem, whatever class it is of', async () => {
  class Ward {
    #secret = 'kept';
    id = 'ward';
    getCommandsModule() {
      return { definitions: { [this.#secret]() {} } };
    }
  }
  const [ward, frozen] = await registered([new Ward(), Object.freeze({ id: 'frozen', getPanelModule: () => [] })]);
  assert.deepEqual([ward.source, ward.id, ward.problem], ['source-0', 'ward', '']);
  assert.deepEqual([frozen.id, frozen.problem], ['frozen', '']);
});

test('what an extension throws is told with the function that threw it', async () => {
  const dead = () => {
    throw new TypeError('useModal is not a function');
  };
  const [early, late, none, twice] = await registered([
    { id: 'early', preRegistration: dead },
    { id: 'late', getCommandsModule: dead },
    undefined,
    { id: '@ohif/extension-default' },
  ]);
  assert.equal(early.problem, 'TypeError: useModal is not a function');
  assert.equal(late.problem, 'getCommandsModule: TypeError: useModal is not a function');
  assert.match(none.problem, /null\/undefined extension/);
  assert.match(twice.problem, /another extension is registered with the id @ohif\/extension-default/);
});

test('an extension cannot put another record in the place of ours, nor replace what reads it', async () => {
  const window = page();
  recordLoading(window).addMode('mode-1', { id: 'dead' });
  const key = Symbol.for('ohifbuild.loaded');
  const kept = { structuredClone: globalThis.structuredClone, entries: Object.entries };
  try {
    globalThis.structuredClone = /** @type {any} */ (() => ({ modes: [] }));
    Object.entries = /** @type {any} */ (() => []);
    assert.throws(() => (window[key] = () => ({ modes: [] })), TypeError);
    assert.throws(() => Object.defineProperty(window, key, { value: () => ({ modes: [] }) }), TypeError);
    assert.throws(() => delete window[key], TypeError);
    assert.equal(record(window).modes[0].problem, 'OHIF did not use it');
  } finally {
    globalThis.structuredClone = kept.structuredClone;
    Object.entries = kept.entries;
  }
});

test('a module function that the release never calls is named', async () => {
  const [typo] = await registered([{ id: 'typo', getCommandModule: () => ({}), getPanelModule: () => [] }]);
  assert.deepEqual([typo.problem, typo.unknown], ['', ['getCommandModule']]);
  const [short] = await registered([{ id: 'short', gePanelModule: () => [], otherModule: () => [] }]);
  assert.deepEqual(short.unknown, ['gePanelModule']);
});

/**
 * @param {{source: string, module: any}[]} listed
 * @param {any} [appConfig]
 */
async function moded(listed, appConfig = { modes: [] }) {
  const window = page();
  let before = 0;
  confineModes(listed, appConfig, api, recordLoading(window), () => (before += 1));
  const modules = Object.fromEntries(listed.map(({ source, module }) => [source, module]));
  const loadModules = async (/** @type {string[]} */ names) => names.map(name => modules[name]);
  const loaded = [];
  const ids = new Set();
  for (const { module } of listed) {
    if (module && !ids.has(module.id)) {
      ids.add(module.id);
      const made = module.modeFactory ? await module.modeFactory({ loadModules }) : module;
      if (made) {
        loaded.push(made);
      }
    }
  }
  appConfig.modes = loaded;
  return { loaded, modes: record(window).modes, again: () => record(window).modes, before };
}

const release = () => ({
  id: '@ohif/mode-longitudinal',
  modeFactory: () => ({ id: '@ohif/mode-longitudinal', routeName: 'viewer', onModeEnter() {} }),
});

test('a mode made from the factory of the release’s viewer mode stays, and only the release’s own is dropped', async () => {
  const clinic = {
    id: 'clinic',
    async modeFactory(/** @type {any} */ { loadModules }) {
      const [base] = await loadModules(['@ohif/mode-longitudinal']);
      return { ...(await base.modeFactory({ loadModules })), id: 'clinic', routeName: 'clinic' };
    },
  };
  const { loaded, modes, again, before } = await moded([
    { source: '/ohifbuild/0a/mode.js', module: clinic },
    { source: '@ohif/mode-longitudinal', module: release() },
  ]);
  assert.deepEqual(
    loaded.map(({ id, routeName }) => [id, routeName]),
    [['clinic', 'clinic']]
  );
  assert.deepEqual(
    modes.map((/** @type {any} */ { source, route, problem, entered }) => [source, route, problem, entered]),
    [
      ['/ohifbuild/0a/mode.js', 'clinic', '', false],
      ['@ohif/mode-longitudinal', 'viewer', '', false],
    ]
  );
  assert.equal(before, 1);
  loaded[0].onModeEnter({});
  assert.equal(again()[0].entered, true);
});

test('a mode of one’s own on the route of links is left out, and the record says so', async t => {
  t.mock.method(console, 'error', () => {});
  const { loaded, modes } = await moded([
    { source: 'theirs', module: { id: 'theirs', modeFactory: () => ({ id: 'theirs', routeName: 'viewer' }) } },
    { source: 'plain', module: { id: 'plain', routeName: 'viewer' } },
  ]);
  assert.deepEqual(loaded, []);
  assert.match(modes[0].problem, /its route is 'viewer', which is the route of links/);
  assert.match(modes[1].problem, /its route is 'viewer'/);
});

test('a mode whose factory throws or makes nothing, and one that OHIF skips, are told; the others stay', async t => {
  t.mock.method(console, 'error', () => {});
  const dead = () => {
    throw new Error('no hanging protocol');
  };
  const { loaded, modes } = await moded([
    { source: 'dead', module: { id: 'dead', modeFactory: dead } },
    { source: 'none', module: { id: 'none', modeFactory: () => undefined } },
    { source: 'lost', module: undefined },
    { source: 'fine', module: { id: 'fine', modeFactory: () => ({ id: 'fine', routeName: 'fine' }) } },
    { source: 'again', module: { id: 'fine', modeFactory: () => ({ id: 'fine', routeName: 'again' }) } },
    { source: 'ours', module: { id: VIEWER_ID, modeFactory: () => ({ id: VIEWER_ID, routeName: 'viewer' }) } },
  ]);
  assert.deepEqual(
    loaded.map(({ id }) => id),
    ['fine', VIEWER_ID]
  );
  assert.deepEqual(
    modes.map((/** @type {any} */ { problem }) => problem),
    [
      'modeFactory: Error: no hanging protocol',
      'modeFactory returned no mode',
      'OHIF did not use it',
      '',
      'OHIF did not use it',
    ]
  );
});

test('the recipe says which modes are on, in which order, and which the study list does not offer', async () => {
  const mode = (/** @type {string} */ routeName) => ({
    id: routeName,
    modeFactory: () => ({ id: routeName, routeName }),
  });
  const ours = { id: VIEWER_ID, modeFactory: () => ({ id: VIEWER_ID, routeName: 'viewer' }) };
  const listed = [ours, mode('basic'), mode('clinic'), mode('tmtv')].map(module => ({ source: module.id, module }));
  const wanted = { on: ['clinic', 'tmtv'], hide: ['tmtv'] };
  const { loaded, modes } = await moded(listed, { modes: [], ohifbuildModes: wanted });
  assert.deepEqual(
    loaded.map(({ routeName, hide = false }) => [routeName, hide]),
    [
      ['viewer', false],
      ['clinic', false],
      ['tmtv', true],
    ]
  );
  assert.deepEqual(
    modes.map((/** @type {any} */ { id, route, problem }) => [id, route, problem]),
    [
      ['basic', '', ''],
      ['clinic', 'clinic', ''],
      ['tmtv', 'tmtv', ''],
    ]
  );
});

test('our extension stands right after the release’s own data sources, and once', () => {
  const window = page({ extensions: ['@ohif/extension-default', '@ohif/extension-cornerstone', 'early-datasource'] });
  const config = { extensions: ['/ohifbuild/0a/extension.js', '/ohifbuild/0b/extension.js'] };
  registerFirst(window, config);
  for (let reading = 0; reading < 2; reading += 1) {
    const read = { ...config };
    assert.deepEqual(
      [...window.extensions, ...read.extensions],
      [
        '@ohif/extension-default',
        '/ohifbuild/0a/extension.js',
        '@ohif/extension-cornerstone',
        'early-datasource',
        '/ohifbuild/0b/extension.js',
      ]
    );
  }
});

test('without the release’s default extension ours stays first of the configured ones', () => {
  const config = { extensions: ['ours', 'theirs'] };
  registerFirst(page(), config);
  assert.deepEqual(config.extensions, ['ours', 'theirs']);
});

test('the record says which customizations are read, which the release has, and which were set for no mode', () => {
  const service = {
    values: /** @type {Record<string, any>} */ ({}),
    getCustomizations: () =>
      new Map([
        ['sorting', [1]],
        ['overlay', {}],
      ]),
    getCustomization(/** @type {string} */ id) {
      return this.values[id];
    },
    setCustomizations(/** @type {object} */ given) {
      Object.assign(this.values, given);
    },
    onModeEnter() {},
  };
  const readings = recordCustomizations(/** @type {any} */ (service), () => 'ward');
  service.setCustomizations({ early: 1 });
  /** @type {any} */ (service).setCustomizations({ global: 2 }, 'global');
  service.onModeEnter();
  service.setCustomizations({ late: 3 });
  assert.deepEqual([service.getCustomization('early'), service.getCustomization('late')], [1, 3]);
  assert.deepEqual(readings(), {
    asked: ['early', 'late'],
    early: [{ id: 'early', extension: 'ward' }],
    known: { sorting: 'array', overlay: 'object' },
  });
});

test('the record says which keys of the configuration are read, and changes none', () => {
  /** @type {Set<string>} */
  const read = new Set();
  const config = Object.defineProperty({ used: 1, unused: 2 }, 'kept', { get: () => 3, enumerable: true });
  recordReads(config, read);
  assert.equal(config.used, 1);
  config.used = 5;
  assert.deepEqual([...read], ['used']);
  assert.deepEqual({ ...config }, { used: 5, unused: 2, kept: 3 });
});

test('a mode does not import extensions again that are registered; others it does', () => {
  const mode = { id: 'listing', routeName: 'ward', extensions: { mine: '^1.0.0', late: '^1.0.0' } };
  const plain = { id: 'plain', routeName: 'plain' };
  forgetRegistered([mode, plain], ['compiled', 'mine']);
  assert.deepEqual([mode.extensions, Object.keys(plain)], [{ late: '^1.0.0' }, ['id', 'routeName']]);
});
