/** Requests under the roots stay within the link, whichever API the page uses. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, started } from './host.js';

const PATH = '/viewer?StudyInstanceUIDs=1.2.3&token=t';
const JSON_FILE = '/orthanc/studies/a/ohif-dicom-json';
const JSON_SETTINGS = { roots: ['/dicom-web', '/orthanc'], dicomJson: '/orthanc/studies/{id}/ohif-dicom-json' };

/**
 * @param {string} study
 * @param {string} patient
 */
const row = (study, patient) => ({
  '0020000D': { vr: 'UI', Value: [study] },
  '00100020': { vr: 'LO', Value: [patient] },
});

/**
 * Which of the URLs are sent when XMLHttpRequest, fetch and an image request them.
 *
 * @param {ReturnType<typeof started>} tab
 * @param {string[]} urls
 */
async function sentOf(tab, urls) {
  const found = [];
  for (const url of urls) {
    const ways = [];
    for (const request of [
      () => tab.xhr(url),
      () => tab.window.fetch(url).catch(() => {}),
      async () => Object.assign(tab.document.createElement('img'), { src: url }),
    ]) {
      tab.sent.length = 0;
      await request();
      await settle();
      ways.push(tab.sent.length);
    }
    assert.equal(new Set(ways).size, 1, `${url}: ${ways}`);
    if (ways[0]) {
      found.push(url);
    }
  }
  return found;
}

test('a study of the link, or a search pinned to it, and nothing else is sent', async () => {
  const own = [
    '/dicom-web/studies/1.2.3',
    '/dicom-web/studies/1.2.3/series?limit=1',
    '/dicom-web/studies?StudyInstanceUID=1.2.3',
    '/dicom-web/instances?0020000D=1.2.3',
    '/dicom-web?requestType=WADO&studyUID=1.2.3&objectUID=1',
  ];
  const others = [
    '/dicom-web/studies',
    '/dicom-web/instances',
    '/dicom-web/studies/9.9/metadata',
    '/dicom-web/studies?PatientID=1',
    '/dicom-web/studies?StudyInstanceUID=9.9',
    '/dicom-web/studies?StudyInstanceUID=1.2.3,9.9',
    '/dicom-web/studies/1.2.3?StudyInstanceUID=9.9',
    '/dicom-web/studies?studyinstanceuid=1.2.3',
    '/dicom-web/patients',
    '/dicom-web/series/9.9/instances?StudyInstanceUID=1.2.3',
    '/dicom-web',
  ];
  assert.deepEqual(await sentOf(started({ path: PATH }), [...own, ...others]), own);
});

test('a request that is not sent is reported once, as outside the link', async () => {
  const tab = started({ path: PATH });
  /** @type {unknown[]} */
  const errors = [];
  tab.api.onRefused(error => errors.push(error));
  await tab.xhr('/dicom-web/studies/9.9');
  assert.deepEqual([errors, tab.reason()], [[{ reason: 'outside', status: 0 }], 'outside']);
});

test('with the study list searches and all studies are sent, but no request that servers may read differently', async () => {
  const tab = started({ path: '/?token=t', settings: { studyList: true } });
  const urls = [
    '/dicom-web/studies',
    '/dicom-web/studies?PatientName=x*',
    '/dicom-web/studies/9.9',
    '/dicom-web/studies?studyinstanceuid=9.9',
    '/dicom-web/patients',
  ];
  assert.deepEqual(await sentOf(tab, urls), urls.slice(0, 3));
});

test('priors as OHIF has them: patients and their studies are sent, open searches are not', async () => {
  const tab = started({ path: PATH, settings: { priors: 'ohif' } });
  const urls = ['/dicom-web/studies?PatientID=*1*', '/dicom-web/studies/9.9', '/dicom-web/studies'];
  assert.deepEqual(await sentOf(tab, urls), urls.slice(0, 2));
});

test('exact priors: one patient, as the archive names the link’s, and the studies that it has', async () => {
  const archive = (/** @type {string} */ url) => {
    const rows = url.includes('StudyInstanceUID')
      ? [row('1.2.3', '7'), row('8.8', '8')]
      : [row('1.2.4', '7'), row('5.5', '77')];
    return { status: 200, body: JSON.stringify(rows), type: 'application/dicom+json' };
  };
  const tab = started({ path: PATH, settings: { priors: 'exact' }, archive });
  const early = ['/dicom-web/studies?PatientID=7', '/dicom-web/studies/1.2.4'];
  assert.deepEqual(await sentOf(tab, early), [], 'the archive has named no patient yet');
  await tab.xhr('/dicom-web/studies?StudyInstanceUID=1.2.3');
  const urls = [
    '/dicom-web/studies?PatientID=8',
    '/dicom-web/studies?PatientID=*7*',
    '/dicom-web/studies?PatientName=x',
    '/dicom-web/studies/1.2.4',
    '/dicom-web/studies',
  ];
  assert.deepEqual(await sentOf(tab, urls), []);
  assert.deepEqual(await sentOf(tab, ['/dicom-web/studies?00100020=7']), ['/dicom-web/studies?00100020=7']);
  assert.deepEqual(
    await sentOf(tab, ['/dicom-web/studies/1.2.4', '/dicom-web/studies/5.5', '/dicom-web/studies/8.8']),
    ['/dicom-web/studies/1.2.4']
  );
});

test('exact priors: what was learned of one link is not used for another', async () => {
  const archive = () => ({ status: 200, body: JSON.stringify([row('1.2.3', '7')]), type: 'application/dicom+json' });
  const tab = started({ path: PATH, settings: { priors: 'exact' }, archive });
  await tab.xhr('/dicom-web/studies?StudyInstanceUID=1.2.3');
  tab.window.history.pushState(null, '', '/viewer?StudyInstanceUIDs=1.9&token=u');
  assert.deepEqual(await sentOf(tab, ['/dicom-web/studies?PatientID=7']), []);
});

test('exact priors: an answer that comes after the link has changed adds nothing to the new link', async () => {
  const rule = { tokenHeader: 'token', tokenScheme: '', access: 'token' };
  const settings = { priors: 'exact', further: [{ ...rule, name: 'ward', roots: ['/ward'] }] };
  /** @type {(reply: import('./host.js').Reply) => void} */
  let answer = () => {};
  /** @type {Promise<import('./host.js').Reply>} */
  const late = new Promise(resolve => (answer = resolve));
  const archive = (/** @type {string} */ url) => (url.includes('/dicom-web/') ? late : { status: 200 });
  const tab = started({ path: PATH, settings, archive, session: { 'ohifbuild:/:ward 1.2.3': 'u' } });
  const asked = tab.xhr('/dicom-web/studies?StudyInstanceUID=1.2.3');
  tab.window.history.pushState(null, '', '/viewer/ward?StudyInstanceUIDs=1.2.3');
  answer({ status: 200, body: JSON.stringify([row('1.2.3', '7')]), type: 'application/dicom+json' });
  assert.deepEqual([await asked, tab.api.link().status], [200, 'ready']);
  assert.deepEqual(await sentOf(tab, ['/ward/studies?PatientID=7']), []);
});

test('exact priors: an answer that is no list of studies teaches nothing', async () => {
  for (const body of [
    '',
    '{',
    'null',
    '{}',
    '[null]',
    '[{"00100020":5}]',
    '[{"0020000D":{"Value":["1.2.3"]},"00100020":{"Value":["*"]}}]',
  ]) {
    const tab = started({ path: PATH, settings: { priors: 'exact' }, archive: () => ({ status: 200, body }) });
    await tab.xhr('/dicom-web/studies?StudyInstanceUID=1.2.3');
    assert.deepEqual(await sentOf(tab, ['/dicom-web/studies?PatientID=7', '/dicom-web/studies?PatientID=*']), []);
  }
});

/**
 * @param {unknown} file
 * @param {string} [type]
 */
function jsonTab(file, type = 'application/json') {
  const archive = (/** @type {string} */ url) =>
    url.endsWith(JSON_FILE) ? { status: 200, body: JSON.stringify(file), type } : { status: 200 };
  return started({ path: `/viewer?url=${JSON_FILE}&token=t`, settings: JSON_SETTINGS, archive });
}

const named = {
  studies: [
    {
      StudyInstanceUID: '1.2.3',
      series: [
        {
          instances: [
            {
              url: 'dicomweb:../orthanc/instances/1/file',
              metadata: { x: { BulkDataURI: '/dicom-web/studies/1.2.3/bulk/b' } },
            },
          ],
        },
      ],
    },
  ],
};

test('a JSON file and what it names under the roots is sent, and nothing else', async () => {
  const tab = jsonTab(named);
  const urls = ['/orthanc/instances/1/file', '/dicom-web/studies/1.2.3/bulk/b'];
  assert.deepEqual(await sentOf(tab, urls), [], 'the file has not been read yet');
  assert.equal(await tab.xhr(JSON_FILE), 200);
  const others = [
    '/orthanc/instances/2/file',
    '/orthanc/studies/b/ohif-dicom-json',
    '/dicom-web/studies',
    '/dicom-web/studies/1.2.3',
    '/orthanc/system',
    `${JSON_FILE}?x=1`,
  ];
  assert.deepEqual(await sentOf(tab, [...urls, JSON_FILE, ...others]), [...urls, JSON_FILE]);
});

test('a JSON file of another type, or one that names something elsewhere, is rejected', async () => {
  for (const [file, type] of /** @type {[unknown, string][]} */ ([
    [named, 'video/mp4'],
    [named, 'text/html'],
    [named, ''],
    [named, 'application/jsonx'],
    [{ url: 'dicomweb:https://evil.example/x' }, 'application/json'],
    [{ a: [{ url: 'dicomweb:/files/x' }] }, 'application/json'],
    [{ ...named, url: 'wadouri:/dicom-web/studies?PatientID=*' }, 'application/json'],
    [{ ...named, url: '/dicom-web/studies' }, 'application/json'],
    [{ ...named, url: '/dicom-web/studies/9.9/rendered' }, 'application/json'],
    [{ ...named, url: '/dicom-web/patients' }, 'application/json'],
    [{ studies: 'x', url: '/dicom-web/studies/1.2.3' }, 'application/json'],
    [{ studies: [null, {}], url: '/dicom-web/studies/1.2.3' }, 'application/json'],
    [{ DirectRetrieveURL: 'data:text/html,x' }, 'application/json'],
    [{ BulkDataURI: 'javascript:1' }, 'application/json'],
  ])) {
    assert.equal(await jsonTab(file, type).xhr(JSON_FILE), 0);
  }
});

test('a link for studies does not open a JSON file', async () => {
  const tab = started({ path: PATH, settings: JSON_SETTINGS });
  assert.deepEqual(await sentOf(tab, [JSON_FILE, '/orthanc/instances/1/file']), []);
});
