/** Reads a fetch response for an XMLHttpRequest: the bytes with progress, and the value that `responseType` names. */

/** Minimum time between two progress events (XHR standard, section 4.7.6). */
const PROGRESS_MS = 50;

/**
 * Reads the body of a response.
 *
 * @param {Response} response
 * @param {(loaded: number, total: number) => void} onProgress if it throws, reading stops
 * @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, total: number}>} total: announced bytes, 0 if none were announced
 */
export async function readBody(response, onProgress) {
  const encoded = response.headers.has('Content-Encoding'); // then the length is that of the encoded bytes
  const total = encoded ? 0 : Number(response.headers.get('Content-Length')) || 0;
  /** @type {Uint8Array[]} */
  const chunks = [];
  let loaded = 0;
  let lastProgress = 0;
  const reader = response.body?.getReader();
  for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
    chunks.push(step.value);
    loaded += step.value.byteLength;
    const now = Date.now();
    if (now - lastProgress >= PROGRESS_MS) {
      lastProgress = now;
      onProgress(loaded, total);
    }
  }
  const bytes = new Uint8Array(loaded);
  chunks.reduce((offset, chunk) => (bytes.set(chunk, offset), offset + chunk.byteLength), 0);
  return { bytes, total };
}

/**
 * The value of `response` for a body.
 *
 * @param {Window & typeof globalThis} window
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {XMLHttpRequestResponseType} responseType
 * @param {string} mediaType
 */
export function convertBody(window, bytes, responseType, mediaType) {
  switch (responseType) {
    case 'arraybuffer':
      return bytes.buffer;
    case 'blob':
      return new window.Blob([bytes], { type: mediaType });
    case 'json':
      return parseJson(new TextDecoder().decode(bytes));
    case 'document':
      return null; // no content of an archive becomes a document of this page
    default:
      return new TextDecoder(charsetOf(mediaType)).decode(bytes);
  }
}

/** @param {string} mediaType */
function charsetOf(mediaType) {
  const [, charset] = /charset\s*=\s*"?([\w-]+)/i.exec(mediaType) ?? [];
  try {
    return new TextDecoder(charset ?? 'utf-8').encoding;
  } catch {
    return 'utf-8';
  }
}

/** @param {string} text */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
