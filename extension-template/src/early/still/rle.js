/** RLE Lossless (DICOM PS3.5 G): one segment for each byte of a sample, the high byte first. */

const HEADER = 64;

/**
 * Decodes a frame.
 *
 * @param {Uint8Array} bytes
 * @param {import('./description.js').Description} image
 * @returns {Uint8Array | undefined} little endian and pixel by pixel; undefined if it is damaged
 */
export function decodeRle(bytes, { rows, columns, samples, bits }) {
  const wide = bits / 8;
  const count = samples * wide;
  const header = new DataView(bytes.buffer, bytes.byteOffset, Math.min(HEADER, bytes.length));
  if (header.byteLength < HEADER || header.getUint32(0, true) !== count) {
    return undefined;
  }
  const out = new Uint8Array(rows * columns * count);
  for (let segment = 0; segment < count; segment++) {
    const start = header.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < count ? header.getUint32(8 + 4 * segment, true) : bytes.length;
    const first = Math.floor(segment / wide) * wide + wide - 1 - (segment % wide);
    if (start < HEADER || !unpack(bytes.subarray(start, end), out, first, count)) {
      return undefined;
    }
  }
  return out;
}

/**
 * @param {Uint8Array} packed
 * @param {Uint8Array} out
 * @param {number} first every `step`-th byte from this one on is written
 * @param {number} step
 * @returns {boolean} whether all of them were
 */
function unpack(packed, out, first, step) {
  let [at, to] = [0, first];
  while (to < out.length && at < packed.length) {
    const control = packed[at++];
    const run = control > 128;
    const length = control === 128 ? 0 : run ? 257 - control : control + 1;
    for (let left = length; left && to < out.length && at < packed.length; left--, to += step) {
      out[to] = packed[at];
      at += run ? 0 : 1;
    }
    at += run ? 1 : 0;
  }
  return to >= out.length;
}
