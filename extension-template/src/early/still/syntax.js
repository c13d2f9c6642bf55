/** The transfer syntax of a frame. */

const EXPLICIT = '1.2.840.10008.1.2.1';
/** @type {Record<string, string>} */
const DEFAULTS = {
  'application/octet-stream': EXPLICIT,
  'image/dicom-rle': '1.2.840.10008.1.2.5',
  'image/jpeg': '1.2.840.10008.1.2.4.50',
  'image/x-dicom-rle': '1.2.840.10008.1.2.5',
};

/**
 * The transfer syntax that a media type names or means (DICOM PS3.18 section 8.7.3); undefined if it is unknown.
 *
 * @param {string} contentType
 * @returns {string | undefined}
 */
export function syntaxOf(contentType) {
  const [, named] = /;\s*transfer-syntax="?([\d.]+)"?/i.exec(contentType) ?? [];
  const [type] = contentType.split(';');
  return named ?? DEFAULTS[type.trim().toLowerCase()];
}
