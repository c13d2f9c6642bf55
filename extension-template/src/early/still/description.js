/**
 * Which images get a preview, and what it takes to draw them as OHIF draws them first.
 *
 * The conditions are strict: a preview that differs from OHIF's image is worse than none. What is not listed here gets
 * none. The rules are those of OHIF's MetadataProvider and of `@cornerstonejs/dicom-image-loader` 4.15: no masks for
 * unused bits, a rescale only if both of its values are there, the first window, and without one the smallest and the
 * largest value.
 */

import { numberOf, numbersOf, textOf, valuesOf } from './dicom-json.js';

/**
 * @typedef {object} Description
 * @property {number} rows
 * @property {number} columns
 * @property {1 | 3} samples per pixel
 * @property {8 | 16} bits allocated for a sample
 * @property {number} stored bits of a sample
 * @property {boolean} signed
 * @property {boolean} planar whether a colour image is stored plane by plane
 * @property {string} photometric Photometric Interpretation
 * @property {number} slope
 * @property {number} intercept
 * @property {{centre: number, width: number} | undefined} window undefined for the smallest to the largest value
 * @property {string} shape VOI LUT Function
 * @property {number} aspect height of a pixel divided by its width
 */

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
/** Images that OHIF shows slice by slice. Of enhanced objects and of others, OHIF derives values from further groups. */
const CLASSES = new Set(
  ['1', '1.1', '1.1.1', '1.2', '1.2.1', '2', '3.1', '4', '6.1', '7', '7.1', '7.2', '7.3', '7.4', '12.1', '12.2', '20']
    .concat('77.1.1', '77.1.2', '77.1.4', '77.1.5.1')
    .map(end => STORAGE + end)
);
/** More than a mammogram has. Memory and time of a preview are bounded by it. */
const MAX_PIXELS = 2 ** 24;
/** Modality LUT and VOI LUT Sequence, palettes, and the groups of enhanced objects. */
const UNKNOWN = ['00283000', '00283010', '00281101', '52009229', '52009230'];
/** Photometric Interpretations by the samples of a pixel. @type {Record<number, string[]>} */
const PHOTOMETRIC = { 1: ['MONOCHROME1', 'MONOCHROME2'], 3: ['RGB', 'YBR_FULL', 'YBR_FULL_422'] };
const SHAPES = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'];
/** Pixel Spacing, Imager Pixel Spacing, Nominal Scanned Pixel Spacing, Pixel Aspect Ratio. */
const SPACINGS = ['00280030', '00181164', '00182010', '00280034'];

/**
 * What it takes to draw an image.
 *
 * @param {import('./dicom-json.js').Instance} instance
 * @returns {Description | undefined} undefined if the image gets no preview
 */
export function describe(instance) {
  const known = CLASSES.has(textOf(instance, '00080016')) && textOf(instance, '00080060') !== 'PT';
  if (!known || UNKNOWN.some(tag => tag in instance) || !hasOrientation(instance)) {
    return undefined;
  }
  const [size, format, aspect] = [sizeOf(instance), formatOf(instance), aspectOf(instance)];
  const [scale, window] = [rescaleOf(instance), windowOf(instance)];
  if (!size || !format || !aspect || !scale || !window) {
    return undefined;
  }
  const scaled = scale.slope !== 1 || scale.intercept !== 0;
  return format.samples === 3 && scaled ? undefined : { ...size, ...format, ...scale, ...window, aspect };
}

/** @param {import('./dicom-json.js').Instance} instance */
function sizeOf(instance) {
  const [rows, columns] = [numberOf(instance, '00280010'), numberOf(instance, '00280011')];
  return isCount(rows) && isCount(columns) && rows * columns <= MAX_PIXELS ? { rows, columns } : undefined;
}

/**
 * @param {import('./dicom-json.js').Instance} instance
 * @returns {Pick<Description, 'samples' | 'bits' | 'stored' | 'signed' | 'planar' | 'photometric'> | undefined}
 */
function formatOf(instance) {
  const [samples, bits] = [numberOf(instance, '00280002'), numberOf(instance, '00280100')];
  const stored = numberOf(instance, '00280101') ?? NaN;
  const signed = numberOf(instance, '00280103') === 1;
  const photometric = textOf(instance, '00280004');
  if (numberOf(instance, '00280102') !== stored - 1 || !PHOTOMETRIC[Number(samples)]?.includes(photometric)) {
    return undefined;
  }
  const rest = { stored, signed, planar: numberOf(instance, '00280006') === 1, photometric };
  if (bits === 8 && stored === 8 && !signed) {
    return { samples: samples === 3 ? 3 : 1, bits, ...rest };
  }
  return bits === 16 && isCount(stored) && stored <= 16 && samples === 1 ? { samples, bits, ...rest } : undefined;
}

/**
 * @param {number | undefined} value
 * @returns {value is number}
 */
function isCount(value) {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536;
}

/** @param {import('./dicom-json.js').Instance} instance */
function rescaleOf(instance) {
  const [slope, intercept] = [numberOf(instance, '00281053'), numberOf(instance, '00281052')];
  if (slope === undefined || intercept === undefined) {
    return { slope: 1, intercept: 0 };
  }
  return Number.isFinite(slope) && Number.isFinite(intercept) && slope !== 0 ? { slope, intercept } : undefined;
}

/** @param {import('./dicom-json.js').Instance} instance */
function windowOf(instance) {
  const [centre, width] = [numberOf(instance, '00281050'), numberOf(instance, '00281051')];
  const shape = textOf(instance, '00281056') || 'LINEAR';
  if (!SHAPES.includes(shape)) {
    return undefined;
  }
  if (centre === undefined || width === undefined) {
    return { window: undefined, shape };
  }
  return Number.isFinite(centre) && width > 1 && width < Infinity ? { window: { centre, width }, shape } : undefined;
}

/**
 * OHIF stretches an image by its Pixel Spacing. Which of several values it takes differs by class and release, so all
 * others must be those of square pixels.
 *
 * @param {import('./dicom-json.js').Instance} instance
 * @returns {number | undefined}
 */
function aspectOf(instance) {
  const [own = 1, ...others] = SPACINGS.map(tag => {
    const numbers = numbersOf(instance, tag);
    return numbers.length === 2 && numbers[1] > 0 ? numbers[0] / numbers[1] : numbers.length ? NaN : 1;
  });
  const regions = valuesOf(instance, '00186011').map(region => {
    const one = /** @type {import('./dicom-json.js').Instance} */ (Object(region));
    return (numberOf(one, '0018602E') ?? 1) / (numberOf(one, '0018602C') ?? 1);
  });
  const square = [...others, ...regions].every(ratio => Math.abs(Math.abs(ratio) - 1) < 1e-4);
  return square && own > 0.05 && own < 20 && (own === 1 || !regions.length) ? own : undefined;
}

/**
 * Whether the directions of rows and columns are absent, or unit vectors at a right angle; else OHIF's picture is skewed.
 *
 * @param {import('./dicom-json.js').Instance} instance
 */
function hasOrientation(instance) {
  const all = numbersOf(instance, '00200037');
  const [row, column] = [all.slice(0, 3), all.slice(3)];
  const products = [product(row, row) - 1, product(column, column) - 1, product(row, column)];
  return !all.length || (all.length === 6 && products.every(difference => Math.abs(difference) < 1e-2));
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
function product(one, other) {
  return one.reduce((sum, value, at) => sum + value * other[at], 0);
}
