/** What is wrong with the content of an answer: not whole, or of another study. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContent, statusOf } from '../src/early/content.js';
import { createFrameSizes } from '../src/early/frame-sizes.js';
import { started } from './host.js';

const ROOT = 'https://viewer.example/dicom-web';
const SERIES = `${ROOT}/studies/1.2/series/1.3`;
const FRAME = `${SERIES}/instances/1.4/frames/1`;
const MULTIPART = 'multipart/related; type="application/octet-stream"; boundary=x';

/**
 * @param {string} url
 * @param {import('../src/contract/answers.js').Kind} kind
 * @param {string} body
 * @param {string} [type]
 * @param {ReturnType<typeof createFrameSizes>} [sizes]
 */
function read(url, kind, body, type = 'application/dicom+json', sizes = createFrameSizes()) {
  return readContent(url, kind, type, new TextEncoder().encode(body), sizes);
}

/** @param {...Record<string, unknown>} values by tag */
function rows(...values) {
  const all = values.map(row =>
    Object.fromEntries(Object.entries(row).map(([tag, value]) => [tag, { Value: [value] }]))
  );
  return JSON.stringify(all);
}

const PART = '--x\r\nContent-Type: application/octet-stream\r\n\r\n';

for (const [what, body, type, status] of /** @type {[string, string, string, string | undefined][]} */ ([
  ['whole', `${PART}abcd\r\n--x--`, MULTIPART, undefined],
  ['one that begins with a line break', `\r\n${PART}abcd\r\n--x--\r\n`, MULTIPART, undefined],
  ['cut inside its part', `${PART}ab`, MULTIPART, 'not-whole'],
  ['without a closing boundary', `${PART}abcd\r\n`, MULTIPART, 'not-whole'],
  ['with another boundary', `${PART}abcd\r\n--x--`, MULTIPART.replace('=x', '=y'), 'not-whole'],
  ['without the name of its boundary', `${PART}abcd\r\n--x--`, 'multipart/related', 'not-whole'],
  ['with an empty part', `${PART}\r\n--x--`, MULTIPART, 'not-whole'],
  ['empty', '', MULTIPART, 'not-whole'],
  ['a single part', 'abcd', 'application/octet-stream', undefined],
  ['a single part without content', '', 'application/octet-stream', 'not-whole'],
])) {
  test(`a frame that is ${what}: ${status ?? 'given to the page'}`, () => {
    assert.equal(read(FRAME, 'frames', body, type).status, status);
  });
}

test('an uncompressed image with fewer bytes than its metadata say is not whole', () => {
  const image = { '0020000D': '1.2', '00080018': '1.4', '00280010': 2, '00280011': 4, '00280002': 1, '00280100': 16 };
  /**
   * @param {object} changes
   * @param {number} bytes
   * @param {string} [part]
   */
  const status = (changes, bytes, part = PART) => {
    const sizes = createFrameSizes();
    read(`${SERIES}/metadata`, 'metadata', rows({ ...image, ...changes }), undefined, sizes);
    return read(FRAME, 'frames', `${part}${'a'.repeat(bytes)}\r\n--x--`, MULTIPART, sizes).status;
  };
  assert.equal(status({}, 16), undefined);
  assert.equal(status({}, 17), undefined, 'padded');
  assert.equal(status({}, 15), 'not-whole');
  assert.equal(status({ '00080018': '1.5' }, 15), undefined, 'of another instance');
  assert.equal(status({ '00280002': 3, '00280100': 8, '00280004': 'RGB' }, 23), 'not-whole');
  assert.equal(status({ '00280002': 3, '00280100': 8, '00280004': 'YBR_FULL_422' }, 16), undefined);
  assert.equal(status({ '00280100': 1 }, 1), undefined);
  const named = (/** @type {string} */ syntax) =>
    PART.replace('octet-stream', `octet-stream; transfer-syntax=${syntax}`);
  assert.equal(status({}, 15, named('1.2.840.10008.1.2.1')), 'not-whole');
  assert.equal(status({}, 15, named('1.2.840.10008.1.2.4.90')), undefined, 'compressed');
  assert.equal(status({ '00083002': '1.2.840.10008.1.2.4.90' }, 15), undefined, 'the metadata say compressed');
});

for (const [what, url, body, status] of /** @type {[string, string, string, string | undefined][]} */ ([
  ['its own', `${SERIES}/metadata`, rows({ '0020000D': '1.2', '0020000E': '1.3' }), undefined],
  ['padded UIDs', `${SERIES}/metadata`, rows({ '0020000D': '1.2\0', '0020000E': '1.3 ' }), undefined],
  ['no UIDs', `${SERIES}/metadata`, rows({}), undefined],
  ['another study', `${SERIES}/metadata`, rows({ '0020000D': '9' }), 'other-study'],
  ['another study in one row', `${SERIES}/metadata`, rows({ '0020000D': '1.2' }, { '0020000D': '9' }), 'other-study'],
  ['another series', `${SERIES}/metadata`, rows({ '0020000D': '1.2', '0020000E': '9' }), 'other-study'],
  ['another instance', `${SERIES}/instances/1.4/metadata`, rows({ '00080018': '9' }), 'other-study'],
  ['another study', `${ROOT}/studies/1.2/metadata`, rows({ '0020000D': '9' }), 'other-study'],
  ['a cut', `${SERIES}/metadata`, '[{', 'not-whole'],
  ['no list', `${SERIES}/metadata`, '{}', 'unreadable'],
  ['nothing', `${SERIES}/metadata`, '[]', undefined],
])) {
  test(`metadata with ${what}: ${status ?? 'given to the page'}`, () => {
    assert.equal(read(url, 'metadata', body).status, status);
  });
}

test('series of another study are not given to the page', () => {
  assert.equal(read(`${ROOT}/studies/1.2/series`, 'series', rows({ '0020000D': '9' })).status, 'other-study');
  assert.equal(read(`${ROOT}/studies/1.2/series`, 'series', rows({ '0020000E': '9' })).status, undefined);
});

test('a search for studies gives those that it names', () => {
  const url = `${ROOT}/studies?StudyInstanceUID=1.2,1.3`;
  const mixed = read(url, 'search', rows({ '0020000D': '1.2' }, { '0020000D': '9' }));
  assert.equal(new TextDecoder().decode(mixed.bytes), rows({ '0020000D': '1.2' }));
  assert.equal(read(url, 'search', rows({ '0020000D': '9' })).status, 'other-study');
  assert.equal(read(url, 'search', '[]').status, undefined);
  assert.equal(read(`${ROOT}/studies?PatientID=1`, 'search', rows({ '0020000D': '9' })).status, undefined);
});

for (const type of ['text/html', 'text/plain', 'application/json', 'application/dicom+json', 'application/xml']) {
  test(`${type} is no frame`, () => {
    assert.equal(statusOf(new Response('x', { headers: { 'Content-Type': type } }), 'frames'), 'unreadable');
  });
}

test('the page gets nothing of another study, and says so', async () => {
  const body = rows({ '0020000D': '9.9' });
  const archive = () => ({ status: 200, type: 'application/dicom+json', body });
  const tab = started({ path: '/viewer?StudyInstanceUIDs=1.2&token=t', archive });
  await assert.rejects(tab.window.fetch(`${SERIES}/metadata`), TypeError);
  await tab.pass(2);
  assert.deepEqual([tab.reason(), tab.message()?.className], ['other-study', 'cover']);
  assert.equal(tab.sent.length, 1);
});
