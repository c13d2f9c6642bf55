/** The extension and its mode, in a host that registers, loads and routes in the order that OHIF 3.11 to 3.14 do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import extension from '../src/extension.js';
import mode from '../src/mode.js';
import { settle, started } from './host.js';

/**
 * @param {string[]} compiled modes of the release
 * @param {any[]} configured modes of app-config.js
 * @param {object} [page]
 */
async function boot(compiled, configured = [], page = { path: '/viewer?StudyInstanceUIDs=1.1&token=t' }) {
  const { window } = started(page);
  Object.assign(globalThis, { window });
  window.modes = compiled;
  /** @type {Record<string, any>} */
  const modules = Object.fromEntries(
    compiled.map(id => {
      const routeName = id === '@ohif/mode-longitudinal' ? 'viewer' : id.replace('@ohif/mode-', '');
      const instance = {
        id,
        routeName,
        hide: id === '@ohif/mode-basic',
        own: id,
        inits: 0,
        onModeInit() {
          this.inits += 1;
        },
      };
      return [
        id,
        {
          id,
          modeInstance: instance,
          modeFactory() {
            return { ...this.modeInstance };
          },
        },
      ];
    })
  );
  const load = async (/** @type {any} */ name) => (typeof name === 'string' ? modules[name] : name);
  /** @type {Record<string, any>} */
  let implementation = {};
  /** @type {Record<string, any>} */
  const customizations = {};
  const services = {
    userAuthenticationService: {
      setServiceImplementation(/** @type {Record<string, unknown>} */ given) {
        implementation = { ...implementation, ...given };
      },
    },
    customizationService: {
      Scope: { Global: 'global' },
      setCustomizations(/** @type {object} */ given, /** @type {string} */ scope) {
        Object.assign(customizations, { [scope]: given });
      },
    },
  };
  /** @type {import('../types/ohif.js').AppConfig} */
  const appConfig = {
    modes: [mode, ...configured],
    oidc: [{ authority: 'https://login.example' }],
    defaultDataSourceName: 'other',
    dataSources: [
      { namespace: '@ohif/extension-default.dataSourcesModule.dicomjson', sourceName: 'other' },
      { namespace: 'ohifbuild-token.dataSourcesModule.dicomweb', sourceName: 'dicomweb' },
    ],
    peerImport: load,
  };
  await extension.preRegistration(
    /** @type {any} */ ({ servicesManager: { services }, extensionManager: {}, appConfig })
  );
  /** @type {any[]} */
  const loaded = [];
  const ids = new Set();
  for (const module of await Promise.all([...(appConfig.modes ?? []), ...compiled].map(load))) {
    const made = module?.modeFactory
      ? await module.modeFactory({
          modeConfiguration: {},
          loadModules: (/** @type {string[]} */ names) => Promise.all(names.map(load)),
        })
      : module;
    if (made && typeof made === 'object' && !ids.has(module.id)) {
      loaded.push(made);
    }
    ids.add(module?.id);
  }
  appConfig.modes = loaded;
  return { loaded, appConfig, services, customizations, implementation: () => implementation };
}

test('the viewer mode is the release’s own, and replaces it', async () => {
  const { loaded } = await boot(['@ohif/mode-longitudinal', '@ohif/mode-basic', '@ohif/mode-tmtv']);
  assert.deepEqual(
    loaded.map(({ id, routeName, own }) => [id, routeName, own]),
    [
      ['ohifbuild-token-viewer', 'viewer', '@ohif/mode-longitudinal'],
      ['@ohif/mode-basic', 'basic', '@ohif/mode-basic'],
      ['@ohif/mode-tmtv', 'tmtv', '@ohif/mode-tmtv'],
    ]
  );
});

test('in a release without the longitudinal mode the viewer is made from its basic one, and shown', async () => {
  const { loaded } = await boot(['@ohif/mode-basic']);
  assert.deepEqual([loaded[0].own, loaded[0].routeName, loaded[0].hide], ['@ohif/mode-basic', 'viewer', false]);
});

test('every mode, also one from the configuration, reads the link before it starts and calls its own hook', async () => {
  const custom = { id: 'custom', modeFactory: () => ({ id: 'custom', routeName: 'custom' }) };
  const { loaded } = await boot(['@ohif/mode-tmtv', '@ohif/mode-basic'], [custom]);
  assert.ok(loaded.some(({ id }) => id === 'custom'));
  window.history.replaceState(null, '', '/tmtv');
  for (const made of loaded) {
    made.onModeInit({});
  }
  assert.equal(loaded.find(({ id }) => id === '@ohif/mode-tmtv').inits, 1);
});

test('a mode that another wraps is wrapped once', async () => {
  const custom = { id: 'custom', modeFactory: () => ({ id: 'custom', routeName: 'custom' }) };
  await boot(['@ohif/mode-basic'], [custom]);
  const wrapped = custom.modeFactory;
  await boot(['@ohif/mode-basic'], [custom]);
  assert.equal(custom.modeFactory, wrapped);
});

test('OHIF has a handler of errors; an image that cannot be read has a message, what the archive refused has its own', async () => {
  const { appConfig } = await boot(['@ohif/mode-longitudinal']);
  const { httpErrorHandler } = appConfig;
  const reason = () => window.document.getElementById('ohifbuild-message')?.dataset.reason;
  for (const seen of [
    Object.assign(new Error('request failed'), { status: 500 }),
    { error: new Error("Couldn't retrieve x got status 500") },
    { status: 500 },
    new DOMException('The user aborted a request.', 'AbortError'),
    undefined,
  ]) {
    httpErrorHandler?.(seen);
    await settle();
    assert.equal(reason(), undefined);
  }
  httpErrorHandler?.({ error: new Error('invalid response - no multipart mime header') });
  await settle();
  assert.equal(reason(), 'failed');
});

test('no other data source, sign-in page or tour remains', async () => {
  const { appConfig, services, implementation, customizations } = await boot(['@ohif/mode-longitudinal']);
  assert.deepEqual(
    appConfig.dataSources?.map(({ sourceName }) => sourceName),
    ['dicomweb']
  );
  assert.deepEqual([appConfig.defaultDataSourceName, appConfig.oidc], ['dicomweb', undefined]);
  services.userAuthenticationService.setServiceImplementation({
    getAuthorizationHeader: () => ({ Authorization: 'Bearer other' }),
    handleUnauthenticated: () => 'sign in',
    getUser: () => 'user',
  });
  const { getAuthorizationHeader, handleUnauthenticated, getUser } = implementation();
  assert.deepEqual([getAuthorizationHeader(), handleUnauthenticated(), getUser()], [{}, null, 'user']);
  assert.deepEqual(customizations, { global: { 'ohif.tours': { $set: [] } } });
});

/**
 * What the extension makes of a link to a JSON file.
 *
 * @param {string} url
 * @param {() => unknown} [initialize]
 */
async function jsonSource(url, initialize = () => {}) {
  await boot(['@ohif/mode-longitudinal'], [], {
    path: `/viewer?url=${url}&token=t`,
    settings: { roots: ['/dicom-web', '/studies'], dicomJson: '/studies/{id}/ohif-dicom-json' },
  });
  /** @type {string[]} */
  const opened = [];
  const inner = {
    initialize: (/** @type {any} */ { query }) => (opened.push(...query.getAll('url')), initialize()),
    getStudyInstanceUIDs: () => [opened.length ? '1.1' : undefined],
    query: { studies: {} },
    retrieve: {},
  };
  const getModuleEntry = (/** @type {string} */ id) =>
    id.endsWith('.dicomjson') || id.endsWith('.dicomweb') ? { createDataSource: () => inner } : undefined;
  const [entry] = extension.getDataSourcesModule(/** @type {any} */ ({ extensionManager: { getModuleEntry } }));
  const source = entry.createDataSource('configuration', {});
  const args = { params: {}, query: new URLSearchParams(window.location.search) };
  opened.length = 0;
  await source.initialize(args);
  const message = window.document.querySelector('#ohifbuild-message')?.getAttribute('data-reason');
  return { opened, studies: source.getStudyInstanceUIDs(args), message };
}

test('the data source is made by the release and confined', async () => {
  await boot(['@ohif/mode-longitudinal']);
  const stock = {
    createDataSource: (/** @type {unknown} */ configuration) => ({
      configuration,
      query: { studies: { search: async () => [] } },
      retrieve: {},
    }),
  };
  const extensionManager = {
    getModuleEntry: (/** @type {string} */ id) =>
      id === '@ohif/extension-default.dataSourcesModule.dicomweb' ? stock : undefined,
  };
  const [entry] = extension.getDataSourcesModule(/** @type {any} */ ({ extensionManager }));
  const source = entry.createDataSource('configuration', {});
  assert.deepEqual([entry.name, entry.type, source.configuration], ['dicomweb', 'webApi', 'configuration']);
  assert.deepEqual(await source.query.studies.search({}), []);
});

test('a link to a permitted JSON file is opened as the release does', async () => {
  const url = '../studies/1/ohif-dicom-json';
  assert.deepEqual(await jsonSource(url), {
    opened: ['/studies/1/ohif-dicom-json'],
    studies: ['1.1'],
    message: undefined,
  });
});

for (const url of [
  'https://elsewhere.example/studies/1/ohif-dicom-json',
  '/files/a.json',
  '//elsewhere.example/studies/1/ohif-dicom-json',
  '/studies/1/rendered',
  'data:application/json,{}',
]) {
  test(`a JSON file elsewhere is not opened: ${url}`, async () => {
    assert.deepEqual(await jsonSource(url), { opened: [], studies: [], message: 'bad-link' });
  });
}

test('a file that is not JSON shows a message', async () => {
  const url = '/studies/1/ohif-dicom-json';
  const { message } = await jsonSource(url, () => Promise.reject(new SyntaxError('no JSON')));
  assert.equal(message, 'not-found');
});

test('OHIF’s About box, and no other box, shows what was built', async () => {
  await boot(['@ohif/mode-longitudinal']);
  const digest = 'sha256:0a';
  let requests = 0;
  globalThis.fetch = async () => (
    requests++,
    Response.json({ digest, inputs: { release: '3.12.0', ohifbuild: '0.1.0' } })
  );
  const added = async (/** @type {string} */ html) => {
    window.document.body.insertAdjacentHTML('beforeend', html);
    await new Promise(resolve => setImmediate(resolve));
    await new Promise(resolve => setImmediate(resolve));
    return window.document.getElementById('ohifbuild-about')?.parentElement?.getAttribute('role');
  };
  assert.equal(await added('<div><div role="dialog">Settings</div></div>'), undefined);
  assert.equal(await added('<div><div role="dialog">github.com/OHIF/Viewers</div></div>'), 'dialog');
  assert.match(String(window.document.getElementById('ohifbuild-about')?.textContent), /3\.12\.0.*0\.1\.0.*sha256:0a/);
  assert.equal(requests, 1);
});
