/** The rules of the token's scope, one by one: what it permits, and what it learns from a response. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoots } from '../src/contract/place.js';
import { DEFAULTS } from '../src/contract/settings.js';
import { createTokenScope } from '../src/early/token-scope.js';

const ORIGIN = 'https://v.example';
const FILE = '/dicom-web/studies/a/ohif-dicom-json';
const ROOTS = ['/dicom-web', '/orthanc'];
const locate = createRoots(ROOTS, () => `${ORIGIN}/viewer`, ORIGIN);

/**
 * @param {{studies?: string[], url?: string}} [of] the link in effect
 * @param {Record<string, unknown>} [settings]
 */
function scopeOf(of = { studies: ['1.2.3'] }, settings = {}) {
  const state = { link: of };
  const link = () => /** @type {any} */ ({ status: 'ready', studies: [], ...state.link });
  const scope = createTokenScope(/** @type {any} */ ({ ...DEFAULTS, roots: ROOTS, ...settings }), locate, link);
  const ask = (/** @type {string} */ path, method = 'GET') => scope.decide(method, `/dicom-web/${path}`);
  return {
    scope,
    permits: (/** @type {string} */ path, method = 'GET') => ask(path, method)?.permitted,
    /**
     * @param {string} path
     * @param {unknown} body text as it is, all else as JSON
     * @param {ResponseInit} [init]
     */
    answer(path, body, init = { headers: { 'Content-Type': 'application/json' } }) {
      const decision = /** @type {any} */ (ask(path));
      return scope.learn(decision, new Response(typeof body === 'string' ? body : JSON.stringify(body), init));
    },
    open: (/** @type {{studies?: string[], url?: string}} */ next) => (state.link = next),
  };
}

const row = (/** @type {unknown} */ study, /** @type {unknown} */ patient) => ({
  '0020000D': { vr: 'UI', Value: [study] },
  '00100020': { vr: 'LO', Value: [patient] },
});
const refused = { name: 'TypeError', message: 'Failed to fetch' };

test('a URL under no root gets no decision', () => {
  const { scope } = scopeOf();
  assert.deepEqual(
    ['/other', 'https://evil.example/dicom-web/studies', '/dicom-web/../x'].map(url => scope.decide('GET', url)),
    [undefined, undefined, undefined]
  );
});

test('a decision has the absolute URL without its fragment', () => {
  assert.equal(
    scopeOf().scope.decide('GET', '/dicom-web/studies/1.2.3?x=1#y')?.url,
    `${ORIGIN}/dicom-web/studies/1.2.3?x=1`
  );
});

for (const [settings, permitted] of /** @type {[Record<string, unknown>, boolean[]][]} */ ([
  [{}, [true, false, false, false]],
  [{ priors: 'exact' }, [true, false, false, false]],
  [{ priors: 'ohif' }, [true, true, true, false]],
  [{ studyList: true }, [true, true, true, true]],
])) {
  test(`the link's study, another, a patient's, all of them: ${JSON.stringify(settings)} permits ${permitted}`, () => {
    const { permits } = scopeOf(undefined, settings);
    assert.deepEqual(
      ['studies/1.2.3', 'studies/9.9', 'studies?PatientID=7', 'studies'].map(path => permits(path)),
      permitted
    );
    assert.equal(permits('studies/1.2.3', 'POST'), false);
  });
}

test('a link that names nothing permits nothing', () => {
  assert.deepEqual(
    ['studies', 'studies/1.2.3', 'x'].map(path => scopeOf({}).permits(path)),
    [false, false, false]
  );
});

test("priors: a search for the link's study finds no other one of its patient", async () => {
  const { answer, permits } = scopeOf(undefined, { priors: 'exact' });
  await answer('studies?StudyInstanceUID=1.2.3', [row('1.2.3', '7'), row('9.9', '7')]);
  assert.deepEqual([permits('studies?PatientID=7'), permits('studies/9.9')], [true, false]);
});

test('of a link to a JSON file the file alone is permitted, and reading it alone', () => {
  const { permits } = scopeOf({ url: FILE });
  const file = FILE.slice('/dicom-web/'.length);
  assert.deepEqual(
    [
      permits(file),
      permits(`${file}#x`),
      permits(file, 'HEAD'),
      permits(file, 'POST'),
      permits(`${file}?x`),
      permits('studies/b/ohif-dicom-json'),
    ],
    [true, true, false, false, false, false]
  );
  assert.equal(scopeOf().permits(file), false);
  assert.equal(scopeOf({ url: '/elsewhere' }).permits(file), false);
});

for (const type of [
  'application/json',
  'application/dicom+json',
  'Application/JSON; charset=utf-8',
  'application/json ;x',
]) {
  test(`a JSON file may be ${type}`, () =>
    scopeOf({ url: FILE }).answer('studies/a/ohif-dicom-json', { studies: [] }, { headers: { 'Content-Type': type } }));
}

for (const type of [
  'text/html',
  'video/mp4',
  'application/jsonp',
  'xapplication/json',
  'text/plain, application/json',
  'application/xdicom+json',
  '',
]) {
  test(`a JSON file is not ${type || 'without a type'}`, () =>
    assert.rejects(
      scopeOf({ url: FILE }).answer(
        'studies/a/ohif-dicom-json',
        { studies: [] },
        { headers: type ? { 'Content-Type': type } : {} }
      ),
      refused
    ));
}

test('bytes without any type are no JSON file', async () => {
  const { scope } = scopeOf({ url: FILE });
  const decision = /** @type {any} */ (scope.decide('GET', FILE));
  await assert.rejects(scope.learn(decision, new Response(new Uint8Array([123, 125]))), refused);
});

test('the caller gets an error response, and the scope learns nothing from it', async () => {
  const file = scopeOf({ url: FILE });
  await file.answer(
    'studies/a/ohif-dicom-json',
    { url: '/orthanc/x' },
    { status: 404, headers: { 'Content-Type': 'application/json' } }
  );
  await file.answer('studies/a/ohif-dicom-json', '<p>', { status: 500, headers: { 'Content-Type': 'text/html' } });
  assert.equal(file.scope.decide('GET', '/orthanc/x')?.permitted, false);
  const prior = scopeOf(undefined, { priors: 'exact' });
  await prior.answer('studies?StudyInstanceUID=1.2.3', [row('1.2.3', '7')], { status: 403 });
  assert.equal(prior.permits('studies?PatientID=7'), false);
});

test('what the file names under another root may be read, and nothing else', async () => {
  const { answer, permits, open, scope } = scopeOf({ url: FILE });
  await answer('studies/a/ohif-dicom-json', {
    studies: [
      {
        series: [
          {
            instances: [
              { url: 'dicomweb:/orthanc/a' },
              { url: 'wadouri:/orthanc/b#frame' },
              { URL: `dicomfile:${ORIGIN}/orthanc/c` },
              {
                metadata: {
                  BulkDataURI: '/orthanc/d',
                  x: { directRetrieveURL: '/orthanc/e/dicomweb:f' },
                  n: null,
                  number: 1,
                },
              },
              { url: { url: '/orthanc/g' } },
              { url: null },
              { urls: '/orthanc/h', curl: 'https://elsewhere.example/i', text: 'url' },
            ],
          },
        ],
      },
    ],
  });
  const reads = (/** @type {string} */ name, method = 'GET') => scope.decide(method, `/orthanc/${name}`)?.permitted;
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e/dicomweb:f', 'g'].map(name => reads(name)),
    Array(6).fill(true)
  );
  assert.deepEqual(
    ['h', 'i', 'e/f', 'a?x', 'studies', 'studies/1.2.3'].map(name => reads(name)),
    Array(6).fill(false)
  );
  assert.deepEqual(
    [reads('a', 'HEAD'), reads('a', 'POST'), permits('a'), permits('studies/a/ohif-dicom-json')],
    [false, false, false, true]
  );
  open({ studies: ['1.2.3'] });
  assert.equal(reads('a'), false);
  open({ url: FILE });
  assert.equal(reads('a'), false, 'another link in between: what was learned is gone');
});

test('under the DICOMweb root a file names what belongs to the studies that it describes', async () => {
  const { answer, permits } = scopeOf({ url: FILE });
  const frame = '/dicom-web/studies/1.2.3/series/1.2/instances/1.3/frames/1';
  await answer('studies/a/ohif-dicom-json', {
    studies: [{ StudyInstanceUID: '1.2.3', url: frame }, { StudyInstanceUID: '4.5.6' }, { StudyInstanceUID: 5 }, null],
  });
  assert.deepEqual(
    [permits(frame.slice('/dicom-web/'.length)), permits('studies/1.2.3'), permits('studies/4.5.6')],
    [true, false, false]
  );
});

for (const url of [
  '/dicom-web/studies/9.9/series',
  '/dicom-web/studies',
  '/dicom-web/studies?PatientID=7',
  '/dicom-web/studies/1.2.3?PatientID=7',
  '/dicom-web/instances/1',
  '/dicom-web/x',
  '/dicom-web/studies/1.2.3?StudyInstanceUID=9.9',
  '/orthanc/studies',
  '/orthanc/studies/9.9',
  '/orthanc/series?PatientName=x',
]) {
  test(`a file that names ${url} and describes another study is rejected`, () =>
    assert.rejects(
      scopeOf({ url: FILE }).answer('studies/a/ohif-dicom-json', { studies: [{ StudyInstanceUID: '1.2.3' }], url }),
      refused
    ));
}

for (const studies of [
  undefined,
  'x',
  { StudyInstanceUID: '1.2.3' },
  [],
  [{ StudyInstanceUID: ['1.2.3'] }],
  [null],
  ['1.2.3'],
]) {
  test(`a file whose studies are ${JSON.stringify(studies)} describes none`, () =>
    assert.rejects(
      scopeOf({ url: FILE }).answer('studies/a/ohif-dicom-json', { studies, url: '/dicom-web/studies/1.2.3' }),
      refused
    ));
}

for (const url of [
  'https://elsewhere.example/a',
  'dicomweb:https://elsewhere.example/dicom-web/a',
  '/dicom-web/../x',
  'data:,x',
  '/other',
  'xdicomweb:/orthanc/a',
]) {
  test(`a file that names ${url} is rejected`, async () => {
    const { answer, scope } = scopeOf({ url: FILE });
    await assert.rejects(answer('studies/a/ohif-dicom-json', { a: [{ url: '/orthanc/a' }, { url }] }), refused);
    assert.equal(scope.decide('GET', '/orthanc/a')?.permitted, false);
  });
}

for (const file of ['text', null, 5, [], true]) {
  test(`a file that is ${JSON.stringify(file)} names nothing`, () =>
    scopeOf({ url: FILE }).answer('studies/a/ohif-dicom-json', JSON.stringify(file)));
}

test('the file of another link is no file of this one', async () => {
  const { answer, scope } = scopeOf({ url: FILE });
  await answer('studies/b/ohif-dicom-json', { url: '/orthanc/a' }, { headers: { 'Content-Type': 'text/html' } });
  assert.equal(scope.decide('GET', '/orthanc/a')?.permitted, false);
});

test("priors: the Patient ID of the link's study, then the studies of that patient", async () => {
  const { answer, permits, open } = scopeOf(undefined, { priors: 'exact' });
  await answer('studies?StudyInstanceUID=1.2.3', [
    row('1.2.3', '7'),
    row('9.9', '8'),
    null,
    5,
    {},
    { '0020000D': {} },
    row('1.2.3', undefined),
    { ...row('1.2.3', '8'), '00100020': {} },
  ]);
  assert.deepEqual(
    ['7', '8', '*', '7*'].map(id => permits(`studies?PatientID=${id}`)),
    [true, false, false, false]
  );
  assert.equal(permits('studies/4.5.6'), false);
  await answer('studies?PatientID=7', [row('4.5.6', '7'), row('6.6', '8'), { '0020000D': { Value: ['5.5'] } }]);
  assert.deepEqual(
    ['4.5.6', '6.6', '5.5', '9.9'].map(uid => permits(`studies/${uid}`)),
    [true, false, false, false]
  );
  assert.equal(permits('studies?PatientID=8'), false);
  open({ studies: ['4.5.6'] });
  assert.deepEqual([permits('studies?PatientID=7'), permits('studies/1.2.3')], [false, false]);
});

test('priors: what a search for another thing finds is not learned', async () => {
  const { answer, permits } = scopeOf(undefined, { priors: 'exact' });
  await answer('studies?PatientID=7', [row('1.2.3', '7'), row('9.9', '7')]);
  await answer('studies', [row('1.2.3', '7')]);
  await answer('studies/1.2.3/series', [row('1.2.3', '7')]);
  await answer('studies/1.2.3/studies/x', [row('1.2.3', '7')]);
  assert.deepEqual([permits('studies?PatientID=7'), permits('studies/9.9')], [false, false]);
});

for (const id of ['*', '7*', '?', '7\\8']) {
  test(`priors: the Patient ID ${id} is a wildcard or a list, and is not searched for`, async () => {
    const { answer, permits } = scopeOf(undefined, { priors: 'exact' });
    await answer('studies?StudyInstanceUID=1.2.3', [row('1.2.3', id)]);
    assert.equal(permits(`studies?PatientID=${encodeURIComponent(id)}`), false);
  });
}

for (const settings of [{ priors: 'never' }, { priors: 'ohif' }]) {
  test(`priors ${settings.priors}: nothing is learned`, async () => {
    const { scope, answer, permits } = scopeOf(undefined, settings);
    await answer('studies?StudyInstanceUID=1.2.3', [row('1.2.3', '7')]);
    assert.equal(permits('studies?PatientID=7'), settings.priors === 'ohif');
    const unread = new Response('[]');
    await scope.learn(/** @type {any} */ (scope.decide('GET', '/dicom-web/studies')), unread);
    assert.equal(unread.bodyUsed, false);
  });
}

for (const body of ['no JSON', '', '{"0020000D":{"Value":["1.2.3"]}}', 'null']) {
  test(`priors: ${JSON.stringify(body)} is returned, and the scope learns nothing`, async () => {
    const { answer, permits } = scopeOf(undefined, { priors: 'exact' });
    await answer('studies?StudyInstanceUID=1.2.3', body);
    assert.equal(permits('studies?PatientID=7'), false);
  });
}

test('priors: the caller can still read the response', async () => {
  const { scope } = scopeOf(undefined, { priors: 'exact' });
  const response = new Response('[]');
  await scope.learn(/** @type {any} */ (scope.decide('GET', '/dicom-web/studies?StudyInstanceUID=1.2.3')), response);
  assert.equal(await response.text(), '[]');
});
