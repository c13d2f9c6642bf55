/** Reads attributes of one instance in the DICOM JSON model (PS3.18 F). Whatever the archive sends, nothing throws. */

/** @typedef {Readonly<Record<string, unknown>>} Instance */

/**
 * The values of an attribute; none if it is absent, empty or damaged.
 *
 * @param {Instance} instance
 * @param {string} tag eight hexadecimal digits
 * @returns {readonly unknown[]}
 */
export function valuesOf(instance, tag) {
  const values = /** @type {{Value?: unknown} | null | undefined} */ (instance[tag])?.Value;
  return Array.isArray(values) ? values : [];
}

/**
 * The first value as text; '' if there is none.
 *
 * @param {Instance} instance
 * @param {string} tag
 */
export function textOf(instance, tag) {
  const [value] = valuesOf(instance, tag);
  return typeof value === 'string' ? value.trim() : '';
}

/**
 * All values as numbers, which some archives send as text. NaN stands for what is no number.
 *
 * @param {Instance} instance
 * @param {string} tag
 */
export function numbersOf(instance, tag) {
  return valuesOf(instance, tag).map(value =>
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN
  );
}

/**
 * The first value as a number; undefined if there is none.
 *
 * @param {Instance} instance
 * @param {string} tag
 * @returns {number | undefined}
 */
export function numberOf(instance, tag) {
  return numbersOf(instance, tag)[0];
}
