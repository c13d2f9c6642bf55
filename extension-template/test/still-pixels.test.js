import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe } from '../src/early/still/description.js';
import { isBaselineJpeg } from '../src/early/still/jpeg.js';
import { draw } from '../src/early/still/pixels.js';
import { fit } from '../src/early/still/place.js';
import { decodeRle } from '../src/early/still/rle.js';
import { syntaxOf } from '../src/early/still/syntax.js';
import { EIGHT, instance, RGB, words } from './still.js';

/**
 * The colours of the pixels, as hexadecimal text.
 *
 * @param {Uint8Array | undefined} bytes
 * @param {Record<string, unknown[] | undefined>} [changes]
 * @param {number} [stride]
 */
function colours(bytes, changes, stride) {
  const image = describe(instance(changes));
  const drawn = bytes && image && draw(bytes, image, stride);
  return drawn && Buffer.from(drawn.data).toString('hex').match(/.{8}/g)?.join(' ').replace(/ff\b/g, '');
}

const GREYS = '000000 333333 cccccc ffffff';

test('a window maps its lower end to black and its upper end to white', () => {
  assert.equal(colours(words(0, 20, 80, 100)), GREYS);
  assert.equal(colours(words(0, 20, 80, 4095)), GREYS, 'above it is white');
});

test('the lowest value of MONOCHROME1 is white', () => {
  assert.equal(colours(words(100, 80, 20, 0), { '00280004': ['MONOCHROME1'] }), GREYS);
});

test('signed samples have the sign of their highest stored bit, whatever is in the bits above', () => {
  const signed = { '00280103': [1], '00281050': [0.5], '00281051': [101] };
  assert.equal(colours(words(0xffce, 0x0fe2, 30, 50), signed), GREYS);
});

test('a rescale applies if slope and intercept are there', () => {
  const rescale = { '00281053': [2], '00281052': [-100] };
  assert.equal(colours(words(50, 60, 90, 100), rescale), GREYS);
  assert.equal(colours(words(0, 20, 80, 100), { '00281053': [2] }), GREYS);
});

test('without a window the smallest value is black and the largest white', () => {
  const none = { '00281050': undefined };
  assert.equal(colours(words(1000, 1200, 1800, 2000), none), GREYS);
  assert.equal(colours(words(7, 7, 7, 7), none), undefined, 'all alike');
  assert.equal(
    colours(words(1000, 1200, 1800, 2000), { ...none, '00281053': [-1], '00281052': [0] })?.slice(0, 6),
    'ffffff'
  );
});

test('the other functions of a window', () => {
  const exact = { '00281056': ['LINEAR_EXACT'], '00281050': [50], '00281051': [100] };
  assert.equal(colours(words(0, 20, 80, 100), exact), GREYS);
  const sigmoid = { '00281056': ['SIGMOID'], '00281050': [50], '00281051': [100] };
  assert.equal(colours(words(0, 50, 100, 4095), sigmoid), '1e1e1e 808080 e1e1e1 ffffff');
});

test('only the first of several windows counts', () => {
  assert.equal(colours(words(0, 20, 80, 100), { '00281050': ['50.5', '9'], '00281051': ['101', '3'] }), GREYS);
});

test('samples of 8 bits, also with a byte of padding and as the red of JPEG pixels', () => {
  assert.equal(colours(new Uint8Array([0, 20, 80, 100]), EIGHT), GREYS);
  assert.equal(colours(new Uint8Array([0, 50, 100, 0]), { ...EIGHT, '00280011': [3] }), '000000 808080 ffffff');
  const rgba = new Uint8Array([0, 20, 80, 100].flatMap(value => [value, value, value, 255]));
  assert.equal(colours(rgba, EIGHT, 4), GREYS);
});

test('colours pixel by pixel and plane by plane', () => {
  const rgb = { ...EIGHT, ...RGB, '00280011': [2], '00281050': undefined };
  assert.equal(colours(new Uint8Array([255, 1, 2, 3, 4, 5]), rgb), 'ff0102 030405');
  assert.equal(colours(new Uint8Array([255, 3, 1, 4, 2, 5]), { ...rgb, '00280006': [1] }), 'ff0102 030405');
  const full = new Uint8Array(6);
  assert.equal(colours(full, { ...rgb, '00280004': ['YBR_FULL'] }), undefined, 'only JPEG converts these');
});

test('samples at an odd place in memory', () => {
  const whole = new Uint8Array(9);
  whole.set(words(0, 20, 80, 100), 1);
  assert.equal(colours(whole.subarray(1)), GREYS);
});

test('a frame of another length is not drawn', () => {
  for (const length of [0, 7, 9, 16, 1000]) {
    assert.equal(colours(new Uint8Array(length)), undefined, String(length));
  }
});

test('a large image is drawn with every second pixel, within milliseconds', () => {
  const image = describe(instance({ '00280010': [4096], '00280011': [4096] }));
  assert.ok(image);
  const drawn = draw(new Uint8Array(2 * 4096 * 4096), image);
  assert.deepEqual([drawn?.width, drawn?.height, drawn?.data.length], [2048, 2048, 2 ** 24]);
});

test('RLE: literal runs, repeated runs, and bytes of several segments', () => {
  const image = describe(instance());
  assert.ok(image);
  const header = new Uint8Array(new Uint32Array([2, 64, 66, ...Array(13).fill(0)]).buffer);
  const high = [257 - 4, 0];
  const low = [3, 0, 20, 80, 100, 128];
  const bytes = decodeRle(new Uint8Array([...header, ...high, ...low]), image);
  assert.equal(colours(bytes), GREYS);
  for (const damaged of [[], [...header], [...header, ...high, 3, 0, 20], [...header.fill(255), ...high, ...low]]) {
    assert.equal(decodeRle(new Uint8Array(damaged), image), undefined);
  }
});

test('only a JPEG of the size that the metadata says is decoded', () => {
  const image = describe(instance({ ...EIGHT, '00280010': [258], '00280011': [3] }));
  assert.ok(image);
  const frame = [0xff, 0xc0, 0, 11, 8, 1, 2, 0, 3, 1, 1, 0x11, 0];
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0, 0];
  const is = (/** @type {number[]} */ ...bytes) => isBaselineJpeg(new Uint8Array(bytes), image);
  assert.ok(is(0xff, 0xd8, ...frame, ...scan));
  assert.ok(is(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, ...frame, ...scan), 'JFIF');
  assert.ok(!is(0xff, 0xd8, 0xff, 0xe1, 0, 4, 0, 0, ...frame, ...scan), 'Exif');
  assert.ok(!is(0xff, 0xd8, 0xff, 0xe2, 0, 4, 0, 0, ...frame, ...scan), 'a colour profile');
  assert.ok(!is(0xff, 0xd8, 0xff, 0xe0, 0, 0, ...frame, ...scan), 'a segment without length');
  assert.ok(!is(0xff, 0xd8, ...frame.with(6, 3), ...scan), 'another size');
  assert.ok(!is(0xff, 0xd8, ...frame.with(9, 3), ...scan), 'colour');
  assert.ok(!is(0xff, 0xd8, ...frame.with(1, 0xc2), ...scan), 'progressive');
  assert.ok(!is(0xff, 0xd8, ...scan), 'no frame');
  assert.ok(!is(0x42, 0x4d, ...frame, ...scan), 'no JPEG');
});

test('the transfer syntax is the one that the part names, else the one that its type means', () => {
  assert.equal(syntaxOf('image/jpeg;transfer-syntax="1.2.840.10008.1.2.4.91"'), '1.2.840.10008.1.2.4.91');
  assert.equal(syntaxOf('Image/JPEG'), '1.2.840.10008.1.2.4.50');
  assert.equal(syntaxOf('application/octet-stream'), '1.2.840.10008.1.2.1');
  assert.equal(syntaxOf('text/html; charset=utf-8'), undefined);
});

test('an image fills its viewport without being stretched, but for its pixels', () => {
  const room = { width: 400, height: 200 };
  assert.deepEqual(fit(room, { rows: 100, columns: 100, aspect: 1 }), { left: 100, top: 0, width: 200, height: 200 });
  assert.deepEqual(fit(room, { rows: 100, columns: 400, aspect: 1 }), { left: 0, top: 50, width: 400, height: 100 });
  assert.deepEqual(fit(room, { rows: 100, columns: 100, aspect: 2 }), { left: 150, top: 0, width: 100, height: 200 });
});
