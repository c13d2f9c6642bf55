/**
 * Describes a study from the archive's own answer, for the case that the release cannot process it. OHIF's
 * `getModalities` throws for a study without any Modality (0008,0060), whose Modalities in Study (0008,0061) is empty.
 */

/** @typedef {import('../types/ohif.js').StudyRow} StudyRow */
/** @typedef {Record<string, {Value?: unknown[]} | undefined>} Attributes DICOM JSON (PS3.18 annex F) */

/**
 * Asks the archive for a study, and describes it as OHIF's `processResults` does.
 *
 * @param {string} root of the searches
 * @param {string} uid Study Instance UID
 * @returns {Promise<StudyRow[]>} empty if the archive does not have the study
 */
export async function describeStudy(root, uid) {
  const query = `StudyInstanceUID=${uid}&includefield=00081030`;
  const response = await fetch(`${root}/studies?${query}`, { headers: { Accept: 'application/dicom+json' } });
  /** @type {unknown} */
  const rows = response.status === 200 ? await response.json() : [];
  return (Array.isArray(rows) ? rows : []).map(rowOf).filter(row => row.studyInstanceUid === uid);
}

/**
 * @param {Attributes} attributes
 * @returns {StudyRow}
 */
function rowOf(attributes) {
  const text = (/** @type {string} */ tag) => (attributes[tag]?.Value ?? []).join('\\');
  const name = /** @type {{Alphabetic?: string} | undefined} */ (attributes['00100010']?.Value?.[0])?.Alphabetic ?? '';
  return {
    studyInstanceUid: text('0020000D'),
    date: text('00080020'),
    time: text('00080030'),
    accession: text('00080050'),
    mrn: text('00100020'),
    patientName: name.split('^').filter(Boolean).join(', '),
    instances: Number(text('00201208')) || 0,
    description: text('00081030'),
    modalities: text('00080061'),
  };
}
