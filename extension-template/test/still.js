/** Instances and pixels for the tests of the preview. */

/** @typedef {Record<string, {vr?: string, Value?: unknown[]} | undefined>} Row */

/** @type {Record<string, unknown[]>} */
const CT = {
  '00080016': ['1.2.840.10008.5.1.4.1.1.2'],
  '00080018': ['1.2.3.4.5'],
  '00080060': ['CT'],
  '0020000D': ['1.2.3'],
  '0020000E': ['1.2.3.4'],
  '00200037': [1, 0, 0, 0, 1, 0],
  '00280002': [1],
  '00280004': ['MONOCHROME2'],
  '00280010': [1],
  '00280011': [4],
  '00280030': [0.5, 0.5],
  '00280100': [16],
  '00280101': [12],
  '00280102': [11],
  '00280103': [0],
  '00281050': [50.5],
  '00281051': [101],
};

export const [RGB, US] = [{ '00280002': [3], '00280004': ['RGB'], '00280006': [0] }, '1.2.840.10008.5.1.4.1.1.6.1'];
export const EIGHT = { '00280100': [8], '00280101': [8], '00280102': [7] };
export const EXPLICIT = 'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1';

/**
 * A CT slice of one row and four columns, with the window from 0 to 100.
 *
 * @param {Record<string, unknown[] | undefined>} [changes] values by tag; undefined removes an attribute
 * @returns {Row}
 */
export function instance(changes = {}) {
  const all = Object.entries({ ...CT, ...changes }).filter(([, values]) => values);
  return Object.fromEntries(all.map(([tag, Value]) => [tag, { Value }]));
}

/**
 * Little-endian words.
 *
 * @param {number[]} values
 */
export function words(...values) {
  return new Uint8Array(new Uint16Array(values).buffer);
}
