/** JPEG with 8 bits (process 1), decoded by the browser. */

const [START_OF_FRAME, START_OF_SCAN] = [0xc0, 0xda];
/** Exif may turn an image, a colour profile may change its values; OHIF's decoder uses neither. */
const CHANGES = [0xe1, 0xe2];

/**
 * Whether a stream is what the metadata says, and nothing else in it decides how it looks.
 *
 * @param {Uint8Array} bytes
 * @param {import('./description.js').Description} image
 */
export function isBaselineJpeg(bytes, { rows, columns, samples, bits }) {
  if (bits !== 8 || bytes[0] !== 0xff || bytes[1] !== 0xd8) {
    return false;
  }
  let at = 2;
  let fits = false;
  while (at + 10 < bytes.length && bytes[at] === 0xff) {
    const [marker, length] = [bytes[at + 1], bytes[at + 2] * 256 + bytes[at + 3]];
    if (marker === START_OF_SCAN) {
      return fits;
    }
    if (CHANGES.includes(marker) || length < 2) {
      return false;
    }
    if (marker === START_OF_FRAME) {
      const [high, wide] = [bytes[at + 5] * 256 + bytes[at + 6], bytes[at + 7] * 256 + bytes[at + 8]];
      fits = bytes[at + 4] === 8 && high === rows && wide === columns && bytes[at + 9] === samples;
    }
    at += 2 + length;
  }
  return false;
}

/**
 * Decodes a stream; undefined if the browser cannot.
 *
 * @param {Window & typeof globalThis} window
 * @param {Uint8Array} bytes
 * @returns {Promise<ImageBitmap | undefined>}
 */
export async function decodeJpeg(window, bytes) {
  const blob = new window.Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: 'image/jpeg' });
  return window.createImageBitmap(blob, { colorSpaceConversion: 'none' }).catch(() => undefined);
}
