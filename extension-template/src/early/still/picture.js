/** The picture of a frame, ready to be drawn; none for what cannot be drawn as OHIF draws it. */

import { decodeJpeg, isBaselineJpeg } from './jpeg.js';
import { draw } from './pixels.js';
import { decodeRle } from './rle.js';
import { syntaxOf } from './syntax.js';

const UNCOMPRESSED = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1'];
const RLE = '1.2.840.10008.1.2.5';
const JPEG = '1.2.840.10008.1.2.4.50';

/**
 * A canvas with the picture of a frame.
 *
 * @param {Window & typeof globalThis} window
 * @param {{bytes: Uint8Array, contentType: string}} frame
 * @param {import('./description.js').Description} image
 * @returns {Promise<HTMLCanvasElement | undefined>}
 */
export async function pictureOf(window, frame, image) {
  const syntax = syntaxOf(frame.contentType) ?? '';
  if (syntax === JPEG) {
    return isBaselineJpeg(frame.bytes, image) ? ofJpeg(window, frame.bytes, image) : undefined;
  }
  if (syntax === RLE) {
    const bytes = decodeRle(frame.bytes, image);
    return bytes && ofSamples(window, draw(bytes, { ...image, planar: false }));
  }
  return UNCOMPRESSED.includes(syntax) ? ofSamples(window, draw(frame.bytes, image)) : undefined;
}

/**
 * @param {Window & typeof globalThis} window
 * @param {ReturnType<typeof draw>} drawn
 */
function ofSamples(window, drawn) {
  const { canvas, context } = createCanvas(window, drawn?.width, drawn?.height);
  if (!drawn || !context) {
    return undefined;
  }
  context.putImageData(new window.ImageData(drawn.data, drawn.width, drawn.height), 0, 0);
  return canvas;
}

/**
 * @param {Window & typeof globalThis} window
 * @param {Uint8Array} bytes
 * @param {import('./description.js').Description} image
 */
async function ofJpeg(window, bytes, image) {
  const { rows, columns, samples } = image;
  const bitmap = await decodeJpeg(window, bytes);
  const { canvas, context } = createCanvas(window, columns, rows);
  if (bitmap?.width !== columns || bitmap.height !== rows || !context) {
    return undefined;
  }
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  if (samples === 3) {
    return canvas;
  }
  const { data } = context.getImageData(0, 0, columns, rows);
  return ofSamples(window, draw(new Uint8Array(data.buffer), image, 4));
}

/**
 * @param {Window & typeof globalThis} window
 * @param {number} [width]
 * @param {number} [height]
 */
function createCanvas(window, width = 0, height = 0) {
  const canvas = window.document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return { canvas, context: canvas.getContext('2d') };
}
