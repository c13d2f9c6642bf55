/** The first part of a multipart answer (RFC 2046 section 5.1; DICOM PS3.18 section 8.6.1.2). */

const [CR, LF] = [13, 10];
/** The header of a part is short; an archive that sends a longer one is not read. */
const LONGEST_HEADER = 4096;

/**
 * The first part of an answer, or the whole of one that is not multipart.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} contentType of the answer
 * @returns {{bytes: Uint8Array<ArrayBuffer>, contentType: string} | undefined} undefined if there is no complete part
 */
export function partOf(bytes, contentType) {
  if (!/^multipart\//i.test(contentType)) {
    return { bytes, contentType };
  }
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const delimiter = new TextEncoder().encode(`--${quoted ?? plain ?? ''}`);
  const start = quoted || plain ? indexOf(bytes, delimiter, 0, LONGEST_HEADER) : -1;
  const headerEnd = start < 0 ? -1 : indexOf(bytes, new Uint8Array([CR, LF, CR, LF]), start, start + LONGEST_HEADER);
  const end = headerEnd < 0 ? -1 : indexOf(bytes, new Uint8Array([CR, LF, ...delimiter]), headerEnd + 4, bytes.length);
  if (end < 0) {
    return undefined;
  }
  const header = new TextDecoder().decode(bytes.subarray(start, headerEnd));
  const [, type = 'application/octet-stream'] = /^content-type:\s*(.+?)\s*$/im.exec(header) ?? [];
  return { bytes: bytes.slice(headerEnd + 4, end), contentType: type };
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} wanted
 * @param {number} from
 * @param {number} to
 * @returns {number} -1 if it is not there
 */
function indexOf(bytes, wanted, from, to) {
  const last = Math.min(to, bytes.length) - wanted.length;
  for (let at = bytes.indexOf(wanted[0], from); at >= 0 && at <= last; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) {
      return at;
    }
  }
  return -1;
}
