/** Which series and which image OHIF shows first. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstImageOf, inOrder } from '../src/early/first-image.js';
import { partOf } from '../src/early/multipart.js';

/** @typedef {import('../src/early/first-image.js').Row} Row */

/**
 * @param {Record<string, unknown>} values by tag
 * @returns {Row}
 */
function row(values) {
  return Object.fromEntries(
    Object.entries(values).map(([tag, value]) => [tag, { Value: Array.isArray(value) ? value : [value] }])
  );
}

/**
 * @param {string} uid
 * @param {string} modality
 * @param {number | string} [number]
 */
function series(uid, modality, number) {
  return row({ '0020000E': uid, '00080060': modality, ...(number === undefined ? {} : { '00200011': number }) });
}

/**
 * @param {string} uid
 * @param {number} number
 * @param {number} [z]
 * @param {Record<string, unknown>} [more]
 */
function image(uid, number, z, more = {}) {
  const place = z === undefined ? {} : { '00200032': [0, 0, z], '00200037': [1, 0, 0, 0, 1, 0] };
  return row({
    '00080018': uid,
    '00200013': number,
    '00280010': 2,
    '00280011': 2,
    '00080060': 'CT',
    ...place,
    ...more,
  });
}

/** @param {Row | undefined} found */
function instanceOf(found) {
  return found?.['00080018']?.Value?.[0];
}

test('series come by number, then by date; those without images last', () => {
  const { all, shown } = inOrder([
    series('9', 'SR', 1),
    series('3', 'MR', 10),
    series('2', 'CT', '9'),
    series('1', 'SEG', 2),
  ]);
  assert.deepEqual(
    all.map(each => each.uid),
    ['2', '3', '9', '1']
  );
  assert.equal(shown?.uid, '2');
});

test('the series that is shown is not told if two have the lowest number, or none has images', () => {
  assert.equal(inOrder([series('1', 'CT', 1), series('2', 'CT', 1)]).shown, undefined);
  assert.equal(inOrder([series('1', 'SR', 1), series('2', 'DOC', 1)]).shown, undefined);
  assert.equal(inOrder([series('1', 'CT', 2), series('2', 'RTDOSE', 1)]).shown, undefined);
  assert.equal(inOrder([]).shown, undefined);
  assert.equal(inOrder([series('1', 'DOC', 1), series('2', 'CT', 2)]).shown?.uid, '2');
});

test('slices of a volume come from above', () => {
  assert.equal(instanceOf(firstImageOf([image('a', 1, 0), image('b', 2, 5), image('c', 3, 10)])), 'c');
});

test('other images come by their number', () => {
  assert.equal(instanceOf(firstImageOf([image('b', 2), image('a', 1)])), 'a');
  assert.equal(instanceOf(firstImageOf([image('b', 2, 0, { '00280010': 4 }), image('a', 1, 5)])), 'a');
  const dx = { '00080060': 'DX' };
  assert.equal(instanceOf(firstImageOf([image('b', 2, 9, dx), image('a', 1, 5, dx)])), 'a');
});

test('there is no answer where it is not certain', () => {
  const uneven = [image('a', 1, 0), image('b', 2, 5), image('c', 3, 50)];
  assert.equal(firstImageOf(uneven), undefined);
  assert.equal(firstImageOf([image('a', 1), image('b', 1)]), undefined);
  assert.equal(firstImageOf([image('a', 1), row({ '00080018': 'x' })]), undefined);
  assert.equal(firstImageOf([image('a', 1, 0, { '00080016': '1.2.840.10008.5.1.4.1.1.77.1.4.1' })]), undefined);
  assert.equal(firstImageOf([image('a', 1, 0, { '00280008': 4 }), image('b', 2, 5)]), undefined);
  assert.equal(firstImageOf([]), undefined);
});

test('the first part of a multipart answer is its frame', () => {
  const bytes = new TextEncoder().encode(
    '\r\n--x y\r\nContent-Type: image/jls\r\nA: b\r\n\r\nP\r\n--xPIXELS\r\n--x y--'
  );
  const part = partOf(bytes, 'multipart/related; type="image/jls"; boundary="x y"');
  assert.equal(part?.contentType, 'image/jls');
  assert.equal(new TextDecoder().decode(part?.bytes), 'P\r\n--xPIXELS');
});

test('an answer without a complete part has no frame, and one that is not multipart is a frame', () => {
  const text = new TextEncoder();
  for (const body of [
    '',
    '--b',
    '--b\r\n\r\nPIXELS',
    '--c\r\n\r\nP\r\n--c--',
    `${' '.repeat(5000)}--b\r\n\r\nP\r\n--b`,
  ]) {
    assert.equal(partOf(text.encode(body), 'multipart/related; boundary=b'), undefined, body);
  }
  assert.equal(partOf(text.encode('--b\r\n\r\nP\r\n--b--'), 'multipart/related'), undefined);
  assert.deepEqual(partOf(text.encode('P'), 'image/jpeg'), { bytes: text.encode('P'), contentType: 'image/jpeg' });
});
