/** From the samples of a frame to what is on the screen: the values of red, green, blue and opacity. */

/** As much as a large screen shows; of larger images the preview takes every second, third, … pixel. */
const MAX_DRAWN = 2 ** 22;

/**
 * Draws a frame with the window that OHIF shows first.
 *
 * @param {Uint8Array} bytes the samples, little endian
 * @param {import('./description.js').Description} image
 * @param {number} [stride] distance of grey samples in bytes, if it is not their length
 * @returns {{data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number} | undefined}
 */
export function draw(bytes, image, stride = image.bits / 8) {
  const { rows, columns, samples, bits, planar, photometric } = image;
  const count = rows * columns;
  const expected = samples === 3 ? 3 * count : count * stride;
  // A frame of an odd length may have one more byte.
  if (bytes.length < expected || bytes.length > expected + (expected % 2) || (samples === 3 && photometric !== 'RGB')) {
    return undefined;
  }
  const step = stepOf(rows, columns);
  const [width, height] = [Math.ceil(columns / step), Math.ceil(rows / step)];
  const drawn = new Uint32Array(width * height); // ABGR: every browser's machine is little endian
  if (samples === 3) {
    const [next, plane] = planar ? [1, count] : [3, 1];
    each(image, step, (to, from) => {
      const at = from * next;
      drawn[to] = 0xff000000 | (bytes[at + 2 * plane] << 16) | (bytes[at + plane] << 8) | bytes[at];
    });
  } else {
    const stored = bits === 16 ? words(bytes, count) : bytes;
    const next = bits === 16 ? 1 : stride;
    const greys = greysOf(image, image.window ?? wholeRange(stored, count, next, image));
    if (!greys) {
      return undefined;
    }
    each(image, step, (to, from) => {
      drawn[to] = greys[stored[from * next]];
    });
  }
  return { data: new Uint8ClampedArray(drawn.buffer), width, height };
}

/**
 * @param {number} rows
 * @param {number} columns
 */
function stepOf(rows, columns) {
  let step = 1;
  while (Math.ceil(rows / step) * Math.ceil(columns / step) > MAX_DRAWN) {
    step++;
  }
  return step;
}

/**
 * Calls `act` with the number of each drawn pixel and of the pixel that it shows.
 *
 * @param {import('./description.js').Description} image
 * @param {number} step
 * @param {(to: number, from: number) => void} act
 */
function each({ rows, columns }, step, act) {
  let to = 0;
  for (let row = 0; row < rows; row += step) {
    const end = (row + 1) * columns;
    for (let from = row * columns; from < end; from += step) {
      act(to++, from);
    }
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {number} count
 */
function words(bytes, count) {
  const aligned = bytes.byteOffset % 2 ? bytes.slice() : bytes;
  return new Uint16Array(aligned.buffer, aligned.byteOffset, count);
}

/**
 * The value of a stored sample, before the rescale.
 *
 * @param {number} sample as an unsigned number
 * @param {import('./description.js').Description} image
 */
function valueOf(sample, { signed, stored }) {
  return signed ? (sample << (32 - stored)) >> (32 - stored) : sample;
}

/**
 * The window from the smallest to the largest value.
 *
 * @param {Uint8Array | Uint16Array} samples
 * @param {number} count
 * @param {number} next
 * @param {import('./description.js').Description} image
 */
function wholeRange(samples, count, next, image) {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < count; at++) {
    const value = valueOf(samples[at * next], image);
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  const [first, last] = [low, high].map(value => value * image.slope + image.intercept);
  return { centre: (first + last + 1) / 2, width: Math.abs(last - first) + 1 };
}

/**
 * The opaque grey of each stored sample (DICOM PS3.3 C.11.2.1.2, as cornerstone computes it).
 *
 * @param {import('./description.js').Description} image
 * @param {{centre: number, width: number}} window
 * @returns {Uint32Array | undefined} undefined if all values are alike
 */
function greysOf(image, { centre, width }) {
  const { bits, slope, intercept, photometric, shape } = image;
  const exact = shape === 'LINEAR_EXACT';
  const lower = exact ? centre - width / 2 : centre - 0.5 - (width - 1) / 2;
  const span = exact ? width : width - 1;
  if (!(span > 0)) {
    return undefined;
  }
  const greys = new Uint32Array(2 ** bits);
  for (let sample = 0; sample < greys.length; sample++) {
    const value = valueOf(sample, image) * slope + intercept;
    const part = shape === 'SIGMOID' ? 1 / (1 + Math.exp((-4 * (value - centre)) / width)) : (value - lower) / span;
    const shown = Math.min(1, Math.max(0, part));
    const grey = Math.round(255 * (photometric === 'MONOCHROME1' ? 1 - shown : shown));
    greys[sample] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
  return greys;
}
