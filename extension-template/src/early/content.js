/** What is wrong with the content of a response that says it is a success. */

import { kindOf, meaningOf } from '../contract/answers.js';
import { partOf } from './multipart.js';
import { targetOf, uidsOf } from './request-errors.js';

/** @typedef {import('../contract/answers.js').Status} Status */

/** Parameters that leave no series of the study out. */
const WHOLE = /^(?:includefield|limit|offset)$/i;

/**
 * @typedef {object} Content
 * @property {Status} [status] what is wrong; undefined if nothing is
 * @property {Uint8Array<ArrayBuffer>} [bytes] what the page may have of it
 * @property {unknown} [json] the same, if it is JSON
 */

/** Types that no image has. */
const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b)/i;
const JSON_TYPE = /^application\/(?:dicom\+)?json\b/i;
const OBJECT = /\/studies\/([^/]+)(?:\/series\/([^/]+)(?:\/instances\/([^/]+))?)?\/(?:series|instances|metadata)\/?$/;
/** Study Instance UID, Series Instance UID, SOP Instance UID. */
const UIDS = ['0020000D', '0020000E', '00080018'];
/** JSON of responses that has been read already. @type {WeakMap<Response, unknown>} */
const parsed = new WeakMap();

/**
 * The status that a response should have had, as far as its headers tell: 204 if it has no content, `unreadable` if it
 * is a page, or text in place of an image. A sign-in service sends a page instead of an answer.
 *
 * @param {Response} response
 * @param {import('../contract/answers.js').Kind} [kind] of the request
 * @returns {Status}
 */
export function statusOf(response, kind) {
  if (!response.ok) {
    return response.status;
  }
  if (response.headers.get('Content-Length') === '0') {
    return 204;
  }
  const type = response.headers.get('Content-Type') ?? '';
  const isWrong = /^text\/html/i.test(type) || (kind === 'frames' && TEXT.test(type));
  return isWrong ? 'unreadable' : response.status;
}

/**
 * What is wrong with the content of a success: it is not whole, or of another study.
 *
 * @param {string} url
 * @param {import('../contract/answers.js').Kind} kind
 * @param {string} type
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {ReturnType<typeof import('./frame-sizes.js').createFrameSizes>} sizes
 * @returns {Content}
 */
export function readContent(url, kind, type, bytes, sizes) {
  if (kind === 'search' || kind === 'series' || kind === 'metadata') {
    return readRows(url, kind, type, bytes, sizes);
  }
  const part = partOf(bytes, type);
  const bad = !part || part.bytes.byteLength === 0 || sizes.isShort(new URL(url).pathname, part);
  return bad ? { status: 'not-whole' } : { bytes };
}

/**
 * @param {string} url
 * @param {import('../contract/answers.js').Kind} kind
 * @param {string} type
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {ReturnType<typeof import('./frame-sizes.js').createFrameSizes>} sizes
 * @returns {Content}
 */
function readRows(url, kind, type, bytes, sizes) {
  /** @type {unknown} */
  let json;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Of another type it may be XML, which some client of the page can read.
    return JSON_TYPE.test(type) ? { status: 'not-whole' } : { bytes };
  }
  if (!Array.isArray(json)) {
    return { status: 'unreadable' };
  }
  const rows = kind === 'search' ? rowsOf(url, json) : json;
  if (rows.length === 0 ? json.length > 0 : !isOf(url, rows)) {
    return { status: 'other-study' };
  }
  if (kind === 'metadata') {
    sizes.learn(rows);
  }
  return rows.length < json.length
    ? { json: rows, bytes: new TextEncoder().encode(JSON.stringify(rows)) }
    : { json: rows, bytes };
}

/**
 * The rows of the studies that a search names. OHIF would list the other ones beside them.
 *
 * @param {string} url
 * @param {any[]} rows
 */
function rowsOf(url, rows) {
  const wanted = uidsOf(new URL(url).searchParams);
  return wanted.length ? rows.filter(row => wanted.includes(uidOf(row, UIDS[0]) || wanted[0])) : rows;
}

/**
 * @param {any} row
 * @param {string} tag
 */
function uidOf(row, tag) {
  return String(row?.[tag]?.Value?.[0] ?? '').replace(/[\0 ]+$/, '');
}

/**
 * Whether rows are of the study, the series and the instance that a path names. A row may leave them out.
 *
 * @param {string} url
 * @param {any[]} rows
 */
function isOf(url, rows) {
  const asked = OBJECT.exec(new URL(url).pathname)?.slice(1) ?? [];
  return rows.every(row => UIDS.every((tag, level) => ['', asked[level] ?? uidOf(row, tag)].includes(uidOf(row, tag))));
}

/**
 * The JSON of a response that is known to be whole.
 *
 * @param {Response} response
 * @returns {unknown} undefined if it is not known
 */
export function jsonOf(response) {
  return parsed.get(response);
}

/**
 * Keeps the JSON of a response.
 *
 * @param {Response} response
 * @param {unknown} json
 */
export function keepJson(response, json) {
  if (json !== undefined) {
    parsed.set(response, json);
  }
}

/**
 * The same, from the content, if the headers tell nothing. OHIF opens nothing without series and metadata, and says nothing if there are none.
 *
 * @param {Response} response
 * @param {string} url
 * @param {unknown} content the parsed JSON; null if it is none
 * @returns {Status | undefined} undefined if nothing is wrong
 */
export function statusOfJson(response, url, content) {
  if (meaningOf(statusOf(response))) {
    return undefined;
  }
  const kind = kindOf(targetOf(url));
  const answersStudy = kind === 'search' || kind === 'series' || kind === 'metadata';
  if (answersStudy && content === null) {
    return 'unreadable';
  }
  const whole = [...new URL(url).searchParams.keys()].every(name => WHOLE.test(name));
  return kind !== 'search' && answersStudy && whole && Array.isArray(content) && content.length === 0 ? 204 : undefined;
}
