/** The confined DICOMweb data source, over a data source as a release has it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confine } from '../src/data-source.js';
import { openTab, started } from './host.js';

/** @typedef {import('../types/ohif.js').StudyQuery} StudyQuery */
/** @typedef {import('../types/ohif.js').StudyRow} StudyRow */

const ROOT = '/dicom-web/studies/1.1/document';

/** @type {StudyRow[]} */
const ARCHIVE = [
  { studyInstanceUid: '1.1', mrn: '108506', description: 'now' },
  { studyInstanceUid: '1.2', mrn: '108506', description: 'prior' },
  { studyInstanceUid: '1.3', mrn: '1085061', description: 'another patient' },
];

/**
 * The wrapped data source over a release's own, whose searches are recorded.
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
  const searches = [];
  /**
   * As the release's own.
   *
   * @param {any} params
   * @returns {string}
   */
  function directURL({ instance = {}, tag, defaultType }) {
    return instance[tag]?.DirectRetrieveURL ?? `${ROOT}?accept=${defaultType}`;
  }
  const inner = {
    initialize() {},
    query: {
      studies: {
        mapParams: () => 'mapped',
        async search(/** @type {StudyQuery} */ query) {
          searches.push(query);
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
  return { ...tab, api, searches, inner, source, search: source.query.studies.search, args: { params: {}, query } };
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

/**
 * Whether a promise is still open after everything that could settle it has run.
 *
 * @param {Promise<unknown>} promise
 */
async function waits(promise) {
  const open = Symbol('open');
  return (await Promise.race([promise, new Promise(resolve => setImmediate(() => resolve(open)))])) === open;
}

test('a document is shown as a PDF and a video as a video, whatever type they name', () => {
  const { source } = dataSource();
  const type = (/** @type {import('../types/ohif.js').DirectUrlParameters} */ params) =>
    String(source.retrieve.directURL(params)).split('accept=')[1];
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

test('no thumbnails are requested from an archive without them', () => {
  const { source, inner } = dataSource();
  const params = { tag: 'Absent', defaultPath: '/thumbnail' };
  assert.match(String(source.retrieve.directURL(params)), /^data:image/);
  Object.assign(inner, { getConfig: () => ({ thumbnailRendering: 'thumbnailDirect' }) });
  assert.match(String(source.retrieve.directURL(params)), /accept=/);
});

test('everything else stays the release’s own, and synchronous', () => {
  const { source, inner } = dataSource();
  assert.equal(source.retrieve.later, /** @type {any} */ (inner.retrieve.later));
  assert.equal(source.retrieve.directURL({}) instanceof Promise, false);
  assert.equal(/** @type {any} */ (source.query.series), inner.query.series);
  assert.equal(/** @type {any} */ (source).getImageIdsForDisplaySet(), 'imageId');
  assert.equal(/** @type {any} */ (source.query.studies).mapParams(), 'mapped');
});

test('priors never: the patient’s studies are those of the link, and nothing is searched for', async () => {
  const { search, searches } = dataSource();
  assert.deepEqual(uids(await search({ studyInstanceUid: '1.1' })), ['1.1']);
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1']);
  assert.deepEqual(uids(await search({ patientId: '1085061', disableWildcard: true })), []);
  assert.deepEqual(searches, [{ studyInstanceUid: '1.1' }]);
});

test('a link for two patients gives each patient’s panel its own studies', async () => {
  const { search } = dataSource({ studies: '1.1,1.3' });
  await Promise.all([search({ studyInstanceUid: '1.1' }), search({ studyInstanceUid: '1.3' })]);
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1']);
  assert.deepEqual(uids(await search({ patientId: '1085061', disableWildcard: true })), ['1.3']);
});

test('priors exact: one exact search, its rows filtered again', async () => {
  const { search, searches } = dataSource({ settings: { priors: 'exact' } });
  await search({ studyInstanceUid: '1.1' });
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1', '1.2']);
  assert.deepEqual(searches.slice(1), [{ patientId: '108506', disableWildcard: true }]);
});

for (const patientId of ['*', '10850?', '108506\\1085061', '1\r\n2']) {
  test(`priors exact: a Patient ID of ${JSON.stringify(patientId)} is not searched for`, async () => {
    const { search, searches } = dataSource({ settings: { priors: 'exact' } });
    assert.deepEqual(await search({ patientId, disableWildcard: true }), []);
    assert.deepEqual(searches, []);
  });
}

test('priors exact: if the archive refuses, the link’s studies remain', async () => {
  const answer = (/** @type {StudyQuery} */ query) => (query.patientId ? httpError(403) : pinnedOrAll(query));
  const { search, reason } = dataSource({ settings: { priors: 'exact' }, answer });
  await search({ studyInstanceUid: '1.1' });
  assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1']);
  assert.equal(reason(), undefined);
});

test('priors ohif: the search is sent unchanged', async () => {
  const { search, searches } = dataSource({ settings: { priors: 'ohif' } });
  const query = { patientId: '108506', disableWildcard: true };
  assert.deepEqual(uids(await search(query)), ['1.1', '1.2', '1.3']);
  assert.deepEqual(searches, [query]);
});

test('the same search for the link’s study is sent once, also before its response', async () => {
  const { search, searches } = dataSource({ studies: '1.1,1.3' });
  const [one, same] = await Promise.all([search({ studyInstanceUid: '1.1' }), search({ studyInstanceUid: '1.1' })]);
  assert.deepEqual(uids(one), uids(same));
  await search({ studyInstanceUid: '1.1' });
  await search({ studyInstanceUid: '1.3' });
  assert.deepEqual(searches, [{ studyInstanceUid: '1.1' }, { studyInstanceUid: '1.3' }]);
});

test('the same exact search for a patient is sent once', async () => {
  const { search, searches } = dataSource({ settings: { priors: 'exact' } });
  const query = { patientId: '108506', disableWildcard: true };
  await Promise.all([search(query), search(query)]);
  assert.deepEqual(searches, [query]);
});

test('no search without a study leaves the browser unless the study list is on', async () => {
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
  assert.deepEqual(off.searches, []);
  const on = dataSource({ settings: { studyList: true } });
  await on.search({ patientId: '108506' });
  await on.search({});
  await on.search({ patientId: '108506', disableWildcard: true });
  assert.deepEqual(on.searches, [{ patientId: '108506' }, {}]);
});

test('a study that the link does not name is searched for only if priors or the study list allow it', async () => {
  const never = dataSource();
  assert.deepEqual(await never.search({ studyInstanceUid: '1.2' }), []);
  assert.deepEqual(await never.search({ studyInstanceUid: ['1.1', '1.2'] }), []);
  assert.deepEqual(never.searches, []);
  const exact = dataSource({ settings: { priors: 'exact' } });
  assert.deepEqual(uids(await exact.search({ studyInstanceUid: '1.2' })), ['1.2']);
});

test('a study that the archive does not have shows a message, and OHIF stays on the link', async () => {
  const { search, reason } = dataSource({ answer: () => [] });
  assert.ok(await waits(search({ studyInstanceUid: '1.1' })));
  assert.equal(reason(), 'not-found');
});

test('what the archive refused has its message already, and OHIF stays on the link', async () => {
  for (const status of [0, 404, 500]) {
    const { search, reason } = dataSource({ answer: () => httpError(status) });
    assert.ok(await waits(search({ studyInstanceUid: '1.1' })));
    assert.equal(reason(), undefined);
  }
});

/** @param {Record<string, unknown>} attributes */
function answering(attributes) {
  const fetch = globalThis.fetch;
  /** @type {string[]} */
  const asked = [];
  globalThis.fetch = async url => {
    asked.push(String(url));
    return Response.json([{ '0020000D': { vr: 'UI', Value: ['1.1'] }, ...attributes }]);
  };
  return { asked, restore: () => (globalThis.fetch = fetch) };
}

test('a study whose row the release cannot process opens with a row of our own, without a message', async () => {
  const attributes = {
    '00080061': { vr: 'CS' },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Muster^Anna' }] },
    '00100020': { vr: 'LO', Value: ['108506'] },
  };
  const { asked, restore } = answering(attributes);
  try {
    const { search, reason, source, args } = dataSource({ studies: '1.1,1.3', answer: () => new TypeError('length') });
    await source.initialize(args);
    assert.deepEqual(source.getStudyInstanceUIDs(args), ['1.1']);
    const [row] = await search({ studyInstanceUid: '1.1' });
    assert.deepEqual([row.mrn, row.patientName, row.modalities], ['108506', 'Muster, Anna', '']);
    assert.deepEqual(uids(await search({ patientId: '108506', disableWildcard: true })), ['1.1']);
    assert.match(asked[0], /^\/dicom-web\/studies\?StudyInstanceUID=1\.1&/);
    assert.equal(reason(), 'not-found', 'about the other study only');
  } finally {
    restore();
  }
});

test('of several studies one without a list of series is left out', async () => {
  for (const series of [[], httpError(503)]) {
    const { source, inner, args } = dataSource({ studies: '1.1,1.3' });
    inner.query.series.search = /** @type {any} */ (
      async (/** @type {string} */ uid) => {
        if (uid === '1.3' && series instanceof Error) {
          throw series;
        }
        return uid === '1.3' ? series : [{}];
      }
    );
    await source.initialize(args);
    assert.deepEqual(source.getStudyInstanceUIDs(args), ['1.1']);
  }
});

test('of several studies the one that does not open is left out, at no extra request', async () => {
  const answer = (/** @type {StudyQuery} */ query) =>
    query.studyInstanceUid === '1.3' ? httpError(403) : pinnedOrAll(query);
  const { source, search, searches, args } = dataSource({ studies: '1.1,1.3', answer });
  await source.initialize(args);
  assert.deepEqual(source.getStudyInstanceUIDs(args), ['1.1']);
  assert.deepEqual(uids(await search({ studyInstanceUid: '1.1' })), ['1.1']);
  assert.equal(searches.length, 2);
});

test('a single study is not looked up ahead', async () => {
  const { source, searches, args } = dataSource();
  await source.initialize(args);
  assert.deepEqual([searches, source.getStudyInstanceUIDs(args)], [[], ['1.1']]);
});

test('without a token OHIF gets no study to request', () => {
  const { source, args } = dataSource({ token: '' });
  assert.deepEqual(source.getStudyInstanceUIDs(args), []);
});

test('a link without studies that the release cannot use shows a message', () => {
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
