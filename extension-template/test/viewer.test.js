/** The extension and its mode, against an OHIF that registers, loads and routes in the order that OHIF 3.11 to 3.14 do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import extension from '../src/extension.js';
import mode from '../src/mode.js';
import { confine } from '../src/data-source.js';
import { openTab, started } from './host.js';

/** @typedef {import('../types/ohif.js').StudyQuery} StudyQuery */
/** @typedef {import('../types/ohif.js').StudyRow} StudyRow */

/** @type {StudyRow[]} */
const ARCHIVE = [
  { studyInstanceUid: '1.1', mrn: '108506', description: 'now' },
  { studyInstanceUid: '1.2', mrn: '108506', description: 'prior' },
  { studyInstanceUid: '1.3', mrn: '1085061', description: 'another patient' },
];

/**
 * The wrapped data source over a release's own, whose questions to the archive are recorded.
 *
 * @param {object} [options]
 * @param {string} [options.studies]
 * @param {Record<string, unknown>} [options.settings]
 * @param {(query: StudyQuery) => StudyRow[] | Error} [options.answer]
 * @param {string} [options.token]
 */
function dataSource({ studies = '1.1', settings = {}, answer = pinnedOrAll, token = '&token=t' } = {}) {
  const { api, ...tab } = started({ path: `/viewer?studyinstanceuids=${studies}${token}`, settings });
  /** @type {StudyQuery[]} */
  const asked = [];
  /** As the release's own. @param {any} params @returns {string} */
  function directURL({ instance = {}, tag, defaultType }) {
    return instance[tag]?.DirectRetrieveURL ?? `${ROOT}?accept=${defaultType}`;
  }
  const inner = {
    initialize() {},
    query: {
      studies: {
        mapParams: () => 'mapped',
        async search(/** @type {StudyQuery} */ query) {
          asked.push(query);
          const rows = answer(query);
          if (rows instanceof Error) {
            throw rows;
          }
          return rows;
        },
      },
      series: { search: () => 'series' },
    },
    retrieve: { directURL, later: () => 'later' },
    getStudyInstanceUIDs: () => ['stock'],
    getImageIdsForInstance: () => 'imageId',
    getImageIdsForDisplaySet() {
      return this.getImageIdsForInstance();
    },
  };
  const source = confine(/** @type {any} */ (inner), api);
  const query = new URLSearchParams();
  return { ...tab, api, asked, inner, source, search: source.query.studies.search, args: { params: {}, query } };
}

/** @param {StudyQuery} query */
function pinnedOrAll({ studyInstanceUid, patientId }) {
  return ARCHIVE.filter(
    row =>
      (!studyInstanceUid || row.studyInstanceUid === studyInstanceUid) && (!patientId || row.mrn.startsWith(patientId))
  );
}

const uids = (/** @type {StudyRow[]} */ rows) => rows.map(row => row.studyInstanceUid);
const httpError = (/** @type {number} */ status) => Object.assign(new Error('request failed'), { status });

/** Whether a promise is still open after everything that could settle it has run. @param {Promise<unknown>} promise */
async function waits(promise) {
  const open = Symbol('open');
  return (await Promise.race([promise, new Promise(resolve => setImmediate(() => resolve(open)))])) === open;
}

const ROOT = '/dicom-web/studies/1.1/document';

test('a document is shown as a PDF and a film as a film, whatever they call themselves', () => {
  const { source } = dataSource();
  const type = (/** @type {import('../types/ohif.js').DirectUrlParameters} */ asked) =>
    String(source.retrieve.directURL(asked)).split('accept=')[1];
  assert.equal(type({ tag: 'EncapsulatedDocument', defaultType: 'text/html', instance: {} }), 'application/pdf');
  assert.equal(type({ tag: 'PixelData', defaultType: 'video/mp4', instance: {} }), 'video/mp4');
  assert.equal(type({ tag: 'PixelData' }), 'video/mp4');
  for (const hostile of [
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'application/javascript',
    'TEXT/HTML; charset=x',
  ]) {
    assert.equal(type({ tag: 'PixelData', defaultType: hostile }), 'application/octet-stream');
  }
});

test('metadata cannot name another address for a document than the archive’s', () => {
  const { source } = dataSource();
  for (const url of [
    'data:text/html,x',
    'javascript:alert(1)',
    'https://evil.example/x.pdf',
    '/files/x.html',
    '//evil.example/x',
  ]) {
    const instance = { EncapsulatedDocument: { DirectRetrieveURL: url } };
    assert.equal(
      source.retrieve.directURL({ tag: 'EncapsulatedDocument', instance }),
      `${ROOT}?accept=application/pdf`
    );
  }
  const instance = { EncapsulatedDocument: { DirectRetrieveURL: 'blob:https://viewer.example/1' } };
  assert.equal(source.retrieve.directURL({ tag: 'EncapsulatedDocument', instance }), 'blob:https://viewer.example/1');
});

test('an address that the release makes itself is the archive’s or none', async () => {
  const { source, inner } = dataSource();
  for (const url of ['data:text/html,x', 'https://evil.example/x']) {
    inner.retrieve.directURL = () => url;
    assert.equal(source.retrieve.directURL({}), undefined);
    inner.retrieve.directURL = () => /** @type {any} */ (Promise.resolve(url));
    assert.equal(await source.retrieve.directURL({}), undefined);
  }
});

test('an archive without thumbnails is not asked for them', () => {
  const { source, inner } = dataSource();
  const asked = { tag: 'Absent', defaultPath: '/thumbnail' };
  assert.match(String(source.retrieve.directURL(asked)), /^data:image/);
  Object.assign(inner, { getConfig: () => ({ thumbnailRendering: 'thumbnailDirect' }) });
  assert.match(String(source.retrieve.directURL(asked)), /accept=/);
});

test('everything but searching stays the release’s own, and synchronous', () => {
  const { source, inner } = dataSource();
  assert.equal(source.retrieve.later, /** @type {any} */ (inner.retrieve.later));
  assert.equal(source.retrieve.directURL({}) instanceof Promise, false);
  assert.equal(/** @type {any} */ (source.query.series), inner.query.series);
  assert.equal(/** @type {any} */ (source).getImageIdsForDisplaySet(), 'imageId');
  assert.equal(/** @type {any} */ (source.query.studies).mapParams(), 'mapped');
});

test('priors never: the patient’s studies are those of the link, and nothing is asked', async () => {
  const { search, asked } = dataSource();
  assert.deepEqual(uids(await search({ studyInstanceUid: '1.1' })), ['1.1']);
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1']);
  assert.deepEqual(uids(await search({ patientId: '1085061', disableWildcard: true })), []);
  assert.deepEqual(asked, [{ studyInstanceUid: '1.1' }]);
});

test('a link for two patients gives each patient’s panel its own', async () => {
  const { search } = dataSource({ studies: '1.1,1.3' });
  await Promise.all([search({ studyInstanceUid: '1.1' }), search({ studyInstanceUid: '1.3' })]);
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1']);
  assert.deepEqual(uids(await search({ patientId: '1085061', disableWildcard: true })), ['1.3']);
});

test('priors exact: one exact question, its answers looked through again', async () => {
  const { search, asked } = dataSource({ settings: { priors: 'exact' } });
  await search({ studyInstanceUid: '1.1' });
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1', '1.2']);
  assert.deepEqual(asked.slice(1), [{ patientId: '108506', disableWildcard: true }]);
});

for (const patientId of ['*', '10850?', '108506\\1085061', '1\r\n2']) {
  test(`priors exact: a Patient ID of ${JSON.stringify(patientId)} is not asked for`, async () => {
    const { search, asked } = dataSource({ settings: { priors: 'exact' } });
    assert.deepEqual(await search({ patientId, disableWildcard: true }), []);
    assert.deepEqual(asked, []);
  });
}

test('priors exact: refused, the link’s studies remain', async () => {
  const answer = (/** @type {StudyQuery} */ query) => (query.patientId ? httpError(403) : pinnedOrAll(query));
  const { search, reason } = dataSource({ settings: { priors: 'exact' }, answer });
  await search({ studyInstanceUid: '1.1' });
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1']);
  assert.equal(reason(), undefined);
});

test('priors ohif: the question passes as it is', async () => {
  const { search, asked } = dataSource({ settings: { priors: 'ohif' } });
  const query = { patientId: '108506', disableWildcard: true };
  assert.deepEqual(uids(await search(query)), ['1.1', '1.2', '1.3']);
  assert.deepEqual(asked, [query]);
});

test('the same question about the link is asked once, also while its answer is under way', async () => {
  const { search, asked } = dataSource({ studies: '1.1,1.3' });
  const [one, same] = await Promise.all([search({ studyInstanceUid: '1.1' }), search({ studyInstanceUid: '1.1' })]);
  assert.deepEqual(uids(one), uids(same));
  await search({ studyInstanceUid: '1.1' });
  await search({ studyInstanceUid: '1.3' });
  assert.deepEqual(asked, [{ studyInstanceUid: '1.1' }, { studyInstanceUid: '1.3' }]);
});

test('the same exact question about a patient is asked once', async () => {
  const { search, asked } = dataSource({ settings: { priors: 'exact' } });
  const query = { patientId: '108506', disableWildcard: true };
  await Promise.all([search(query), search(query)]);
  assert.deepEqual(asked, [query]);
});

test('no search without a study leaves the browser unless the work list is on', async () => {
  const queries = [
    undefined,
    {},
    { patientName: 'A' },
    { studyInstanceUid: '' },
    { studyInstanceUid: [] },
    { patientId: '1', patientName: 'A' },
  ];
  const off = dataSource();
  for (const query of queries) {
    assert.deepEqual(await off.search(query), []);
  }
  assert.deepEqual(off.asked, []);
  const on = dataSource({ settings: { studyList: true } });
  await on.search({ patientId: '108506' });
  await on.search({});
  await on.search({ patientId: '108506', disableWildcard: true });
  assert.deepEqual(on.asked, [{ patientId: '108506' }, {}]);
});

test('a study that the link does not name is looked for only where priors or the work list allow it', async () => {
  const never = dataSource();
  assert.deepEqual(await never.search({ studyInstanceUid: '1.2' }), []);
  assert.deepEqual(await never.search({ studyInstanceUid: ['1.1', '1.2'] }), []);
  assert.deepEqual(never.asked, []);
  const exact = dataSource({ settings: { priors: 'exact' } });
  assert.deepEqual(uids(await exact.search({ studyInstanceUid: '1.2' })), ['1.2']);
});

for (const [answer, reason] of /** @type {const} */ ([
  [[], 'not-found'],
  [httpError(404), 'not-found'],
  [httpError(500), 'unreachable'],
  [new Error('x'), 'unreachable'],
])) {
  test(`a study that does not come (${answer instanceof Error ? answer.message : 'empty'}) is told, and OHIF does not leave the link`, async () => {
    const { search, document, window } = dataSource({ answer: () => /** @type {any} */ (answer) });
    if (document.readyState === 'loading') {
      await new Promise(resolve => document.addEventListener('DOMContentLoaded', resolve));
    }
    assert.ok(await waits(search({ studyInstanceUid: '1.1' })));
    assert.equal(window.document.getElementById('ohifbuild-message')?.dataset.reason, reason);
  });
}

test('of several studies the one that does not open is left out, at no extra request', async () => {
  const answer = (/** @type {StudyQuery} */ query) =>
    query.studyInstanceUid === '1.3' ? httpError(403) : pinnedOrAll(query);
  const { source, search, asked, args } = dataSource({ studies: '1.1,1.3', answer });
  await source.initialize(args);
  assert.deepEqual(source.getStudyInstanceUIDs(args), ['1.1']);
  assert.deepEqual(uids(await search({ studyInstanceUid: '1.1' })), ['1.1']);
  assert.equal(asked.length, 2);
});

test('a single study is not looked up ahead', async () => {
  const { source, asked, args } = dataSource();
  await source.initialize(args);
  assert.deepEqual([asked, source.getStudyInstanceUIDs(args)], [[], ['1.1']]);
});

test('without a token OHIF gets no study to ask for', () => {
  const { source, args } = dataSource({ token: '' });
  assert.deepEqual(source.getStudyInstanceUIDs(args), []);
});

test('a link without studies that the release can make nothing of is told', () => {
  const { window } = openTab({ path: '/viewer?url=x.json&token=t' });
  /** @type {string[]} */
  const reports = [];
  const api = {
    settings: {},
    sync: () => ({ status: 'ready', studies: [] }),
    report: (/** @type {string} */ reason) => reports.push(reason),
  };
  const inner = { query: { studies: {} }, retrieve: {}, getStudyInstanceUIDs: () => [undefined] };
  const source = confine(/** @type {any} */ (inner), /** @type {any} */ (api));
  const query = new URLSearchParams(window.location.search);
  assert.deepEqual([source.getStudyInstanceUIDs({ params: {}, query }), reports], [[], ['not-found']]);
});

// --- registration --------------------------------------------------------------------------------------------------

/** @param {string[]} compiled modes of the release @param {any[]} configured modes of app-config.js @param {object} [page] */
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
  const loaded = [];
  for (const module of await Promise.all([...(appConfig.modes ?? []), ...compiled].map(load))) {
    const made = module?.modeFactory
      ? await module.modeFactory({
          modeConfiguration: {},
          loadModules: (/** @type {string[]} */ names) => Promise.all(names.map(load)),
        })
      : module;
    if (made && typeof made === 'object') {
      loaded.push(made);
    }
  }
  return { loaded, appConfig, services, customizations, implementation: () => implementation };
}

test('our viewer is the release’s own, in its place', async () => {
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

test('a release without the longitudinal mode lends its basic one, shown', async () => {
  const { loaded } = await boot(['@ohif/mode-basic']);
  assert.deepEqual([loaded[0].own, loaded[0].routeName, loaded[0].hide], ['@ohif/mode-basic', 'viewer', false]);
});

test('every mode, also one that the site configures, reads the link before it starts and keeps its own hook', async () => {
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

/** What the extension makes of a link to a JSON file. @param {string} url @param {() => unknown} [initialize] */
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

test('a link to a JSON file that links may name is opened as the release does', async () => {
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

test('a JSON file that is none is told', async () => {
  const url = '/studies/1/ohif-dicom-json';
  const { message } = await jsonSource(url, () => Promise.reject(new SyntaxError('no JSON')));
  assert.equal(message, 'not-found');
});

test('OHIF’s About box says what was built, and only that box', async () => {
  await boot(['@ohif/mode-longitudinal']);
  const digest = 'sha256:0a';
  let asked = 0;
  globalThis.fetch = async () => (
    asked++,
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
  assert.equal(asked, 1);
});
