/** What is wrong with the content of a response that says it is a success. */

import { kindOf, meaningOf } from '../contract/answers.js';
import { targetOf } from './request-errors.js';

/** @typedef {import('../contract/answers.js').Status} Status */

/** Parameters that leave no series of the study out. */
const WHOLE = /^(?:includefield|limit|offset)$/i;

/**
 * The status that a response should have had, as far as its headers tell: 204 if it has no content, `unreadable` if it
 * is a page. A sign-in service sends a page instead of an answer.
 *
 * @param {Response} response
 * @returns {Status}
 */
export function statusOf(response) {
  if (!response.ok) {
    return response.status;
  }
  if (response.headers.get('Content-Length') === '0') {
    return 204;
  }
  return /^text\/html/i.test(response.headers.get('Content-Type') ?? '') ? 'unreadable' : response.status;
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
