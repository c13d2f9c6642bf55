/**
 * Which image OHIF shows first of a study: the first one, in OHIF's order, of the series with images that has the
 * lowest number. So does the default hanging protocol of every release from 3.9 to 3.14 (`HangingProtocolService` and
 * `utils/sortStudy` of `@ohif/core`, `getSopClassHandlerModule` of `@ohif/extension-default`).
 *
 * Where this is not certain, there is no answer: OHIF's own request then comes as always.
 */

/** @typedef {Record<string, {vr?: string, Value?: unknown[]} | undefined>} Row of DICOM JSON, by tag */
/** @typedef {{uid: string, modality: string, number: number, date: string, images: number}} Series */
/** @typedef {{all: Series[], shown: Series | undefined}} SeriesOrder */

/** Modalities that OHIF puts last. */
const LAST = ['SEG', 'KO', 'PR', 'SR', 'RTSTRUCT', 'RTDOSE', 'RTPLAN', 'RTRECORD', 'REG'];
/** Modalities without images of their own, besides those. RTDOSE has images, and is a case of its own. */
const NO_IMAGES = ['DOC', 'ECG', 'HD', 'AU', 'EPS', 'RESP', 'PLAN', 'FID', 'RWV', 'SM'];
/** Images that OHIF plays as a video (PS3.4 annex B.5). */
const VIDEO = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.77\.1\.[124]\.1$/;
/** Difference of direction cosines, and of distances relative to the mean, up to which OHIF takes them for equal. */
const [ORIENTATION_TOLERANCE, SPACING_TOLERANCE] = [0.01, 0.2];

/**
 * The series of a study in OHIF's order, and the one whose image it shows first.
 *
 * @param {Row[]} rows of the search for series
 * @returns {SeriesOrder} `shown` is undefined if it is not certain
 */
export function inOrder(rows) {
  const all = rows.flatMap(seriesOf).sort(compare);
  const shown = all.filter(({ modality }) => !LAST.includes(modality) && !NO_IMAGES.includes(modality));
  const lowest = Math.min(...shown.map(({ number }) => number));
  const first = shown.filter(({ number }) => number === lowest);
  const certain = first.length === 1 && all.every(({ modality }) => modality !== 'RTDOSE');
  return { all, shown: certain ? first[0] : undefined };
}

/**
 * The instance that OHIF shows first of a series.
 *
 * @param {Row[]} rows of its metadata
 * @returns {Row | undefined} undefined if it is not certain
 */
export function firstImageOf(rows) {
  const images = rows.filter(row => text(row, '00280010') !== '');
  if (!images.length || images.length < rows.length || images.some(row => VIDEO.test(text(row, '00080016')))) {
    return undefined;
  }
  const [byNumber] = [...images].sort((one, other) => instanceNumber(one) - instanceNumber(other));
  const alone = images.some(isAlone);
  if (images.length === 1) {
    return images[0];
  }
  const unique = new Set(images.map(instanceNumber)).size === images.length;
  if (!unique || (alone && !images.every(isAlone))) {
    return undefined;
  }
  return alone || !isVolume(images) ? byNumber : byPosition(images, byNumber);
}

/**
 * @param {Row} row
 * @returns {Series[]} empty if it has no UID
 */
function seriesOf(row) {
  const uid = text(row, '0020000E');
  const number = parseInt(text(row, '00200011'), 10);
  const date = `${text(row, '00080021')} ${text(row, '00080031')}`;
  const images = parseInt(text(row, '00201209'), 10) || 0;
  return uid ? [{ uid, modality: text(row, '00080060'), number: number || 0, date, images }] : [];
}

/**
 * @param {Series} one
 * @param {Series} other
 */
function compare(one, other) {
  const [oneLast, otherLast] = [LAST.includes(one.modality), LAST.includes(other.modality)];
  if (oneLast || otherLast) {
    return oneLast && otherLast ? compareText(other.date, one.date) : oneLast ? 1 : -1;
  }
  return one.number - other.number || compareText(one.date, other.date) || compareText(one.uid, other.uid);
}

/**
 * @param {string} one
 * @param {string} other
 */
function compareText(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Whether OHIF shows an instance in a viewport of its own, not in a stack with the rest of its series.
 *
 * @param {Row} row
 */
function isAlone(row) {
  return parseInt(text(row, '00280008'), 10) > 1 || ['CR', 'MG', 'DX'].includes(text(row, '00080060'));
}

/**
 * Whether OHIF takes images for the slices of one volume, which it sorts by their position.
 *
 * @param {Row[]} images
 */
function isVolume(images) {
  const same = ['00280010', '00280011', '00280002'].every(
    tag => new Set(images.map(image => text(image, tag))).size === 1
  );
  const orientation = numbers(images[0], '00200037');
  const parallel = images.every(image =>
    orientation.every((cosine, index) => Math.abs(cosine - numbers(image, '00200037')[index]) < ORIENTATION_TOLERANCE)
  );
  const placed = images.every(image => numbers(image, '00200032').length === 3);
  return same && placed && orientation.length === 6 && parallel;
}

/**
 * @param {Row[]} images
 * @param {Row} byNumber
 * @returns {Row | undefined} undefined if they are not evenly spaced, and the order decides which is the first
 */
function byPosition(images, byNumber) {
  const [ax, ay, az, bx, by, bz] = numbers(images[0], '00200037');
  const normal = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
  const placed = images
    .map(image => {
      const place = numbers(image, '00200032');
      return { image, at: normal.reduce((sum, part, index) => sum + part * place[index], 0) };
    })
    .sort((one, other) => other.at - one.at);
  const [highest] = placed;
  const mean = (highest.at - placed[placed.length - 1].at) / (placed.length - 1);
  const even = placed
    .slice(1)
    .every(({ at }, index) => Math.abs(placed[index].at - at - mean) < mean * SPACING_TOLERANCE);
  return even || highest.image === byNumber ? highest.image : undefined;
}

/** @param {Row} row */
function instanceNumber(row) {
  return parseInt(text(row, '00200013'), 10) || 0;
}

/**
 * @param {Row} row
 * @param {string} tag
 */
function text(row, tag) {
  return String(row?.[tag]?.Value?.[0] ?? '');
}

/**
 * @param {Row} row
 * @param {string} tag
 * @returns {number[]}
 */
function numbers(row, tag) {
  return (row[tag]?.Value ?? []).map(Number);
}
