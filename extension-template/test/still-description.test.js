import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe } from '../src/early/still/description.js';
import { EIGHT, instance, RGB, US } from './still.js';

test('the usual images are described', () => {
  const image = describe(instance());
  assert.deepEqual(image, {
    rows: 1,
    columns: 4,
    samples: 1,
    bits: 16,
    stored: 12,
    signed: false,
    planar: false,
    photometric: 'MONOCHROME2',
    slope: 1,
    intercept: 0,
    window: { centre: 50.5, width: 101 },
    shape: 'LINEAR',
    aspect: 1,
  });
  assert.ok(describe(instance({ ...EIGHT, ...RGB, '00080016': [US], '00280030': undefined, '00200037': undefined })));
  assert.equal(describe(instance({ '00280030': ['1.0', '0.5'] }))?.aspect, 2);
});

/** @type {[string, Record<string, unknown[] | undefined>][]} */
const NONE = [
  ['no rows', { '00280010': undefined }],
  ['no columns', { '00280011': [] }],
  ['negative rows', { '00280010': [-1] }],
  ['half a row', { '00280010': [0.5] }],
  ['text for rows', { '00280010': ['<script>alert(1)</script>'] }],
  ['an object for rows', { '00280010': [{ toString: 1 }] }],
  ['the largest size that DICOM can name', { '00280010': [65535], '00280011': [65535] }],
  ['more pixels than fit', { '00280010': [4097], '00280011': [4096] }],
  ['PET', { '00080060': ['PT'] }],
  ['an enhanced object', { '00080016': ['1.2.840.10008.5.1.4.1.1.2.1'] }],
  ['a segmentation', { '00080016': ['1.2.840.10008.5.1.4.1.1.66.4'] }],
  ['a whole-slide image', { '00080016': ['1.2.840.10008.5.1.4.1.1.77.1.6'] }],
  ['no class', { '00080016': undefined }],
  ['a modality LUT', { '00283000': [{}] }],
  ['a VOI LUT', { '00283010': [{}] }],
  ['a palette', { '00281101': [256, 0, 16] }],
  ['functional groups', { 52009229: [{}] }],
  ['palette colour', { '00280004': ['PALETTE COLOR'] }],
  ['colour of one sample', { '00280004': ['RGB'] }],
  ['two samples', { '00280002': [2] }],
  ['32 bits', { '00280100': [32], '00280101': [32], '00280102': [31] }],
  ['one bit', { '00280100': [1], '00280101': [1], '00280102': [0] }],
  ['bits at another place', { '00280102': [15] }],
  ['more bits than there is room for', { '00280101': [17], '00280102': [16] }],
  ['signed bytes', { ...EIGHT, '00280103': [1] }],
  ['colour of 16 bits', { ...RGB }],
  ['colour that is rescaled', { ...EIGHT, ...RGB, '00281053': [2], '00281052': [0] }],
  ['a slope of nothing', { '00281053': [0], '00281052': [0] }],
  ['a slope that is no number', { '00281053': ['x'], '00281052': [0] }],
  ['an infinite window', { '00281051': ['Infinity'] }],
  ['a window without width', { '00281051': [1] }],
  ['a negative window', { '00281051': [-400] }],
  ['a window that is no number', { '00281050': [null] }],
  ['an unknown function of the window', { '00281056': ['CUBIC'] }],
  ['a skewed image', { '00200037': [1, 0, 0, 0.5, 0.5, 0] }],
  ['half a direction', { '00200037': [1, 0, 0] }],
  ['a direction without length', { '00200037': [0, 0, 0, 0, 0, 0] }],
  ['negative spacing', { '00280030': [-1, 1] }],
  ['no spacing at all', { '00280030': [0, 0] }],
  ['a line for a pixel', { '00280030': [1000, 1] }],
  ['other pixels in the detector', { '00181164': [1, 2] }],
  ['an aspect ratio, which releases treat differently', { '00280034': [2, 1] }],
  ['regions that are stretched', { '00186011': [{ '0018602C': { Value: [1] }, '0018602E': { Value: [2] } }] }],
];

for (const [name, changes] of NONE) {
  test(`no preview: ${name}`, () => assert.equal(describe(instance(changes)), undefined));
}

test('no preview for metadata that is no DICOM JSON, and no error', () => {
  for (const damaged of [{}, [], { '00280010': null }, { '00280010': { Value: 'x' } }, { '00280010': { Value: {} } }]) {
    assert.equal(describe(/** @type {any} */ (damaged)), undefined);
    assert.equal(describe(/** @type {any} */ ({ ...instance(), ...damaged, '00080016': null })), undefined);
  }
});
