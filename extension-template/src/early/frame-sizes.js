/** How many bytes an uncompressed image must have, by the metadata of its instance (DICOM PS3.5 section 8). */

/** Little endian implicit, little endian explicit, big endian. */
const UNCOMPRESSED = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2'];
const TAGS = { rows: '00280010', columns: '00280011', samples: '00280002', bits: '00280100' };

/** @typedef {import('./first-image.js').Row} Row */

/** Creates the sizes of one page's images. */
export function createFrameSizes() {
  /** Bytes of one frame, by SOP Instance UID. @type {Map<string, number>} */
  const sizes = new Map();

  return {
    /**
     * Adds the instances of metadata.
     *
     * @param {Row[]} rows
     */
    learn(rows) {
      for (const row of rows) {
        const [uid, syntax, size] = [row['00080018']?.Value?.[0], row['00083002']?.Value?.[0], sizeOf(row)];
        if (typeof uid === 'string' && size > 0 && (syntax === undefined || UNCOMPRESSED.includes(String(syntax)))) {
          sizes.set(uid, size);
        }
      }
    },
    /**
     * Whether an image is shorter than its instance says. It would show with a part of it black, or as noise.
     *
     * @param {string} path of the request
     * @param {{bytes: Uint8Array, contentType: string}} part
     */
    isShort(path, { bytes, contentType }) {
      const [, uid = '', frames = ''] = /\/instances\/([^/]+)\/frames\/(\d+)\/?$/.exec(path) ?? [];
      return frames !== '' && isUncompressed(contentType) && bytes.byteLength < (sizes.get(uid) ?? 0);
    },
  };
}

/** @param {Row} row */
function sizeOf(row) {
  const number = (/** @type {string} */ tag) => Number(row[tag]?.Value?.[0] ?? NaN);
  const bits = number(TAGS.rows) * number(TAGS.columns) * number(TAGS.samples) * number(TAGS.bits);
  // Two pixels share their colour (PS3.3 section C.7.6.3.1.2).
  const shared = String(row['00280004']?.Value?.[0]).endsWith('_422') ? 2 / 3 : 1;
  return Math.floor((bits * shared) / 8) || 0;
}

/** @param {string} contentType */
function isUncompressed(contentType) {
  const [, syntax = UNCOMPRESSED[1]] = /transfer-syntax\s*=\s*"?([0-9.]+)/i.exec(contentType) ?? [];
  return /^application\/octet-stream/i.test(contentType.trim()) && UNCOMPRESSED.includes(syntax);
}
