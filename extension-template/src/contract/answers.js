/**
 * What each answer of an archive means: status, kind of request, and what the page shows already. The table itself is
 * `answers.json`, which the toolkit reads too. Statuses: RFC 9110 section 15, RFC 6585 (429, 431), RFC 7725 (451).
 */

import table from './answers.json' with { type: 'json' };

/** @typedef {'search' | 'series' | 'metadata' | 'frames' | 'document' | 'thumbnail'} Kind */
/** @typedef {'unreachable' | 'busy' | 'refused' | 'not-found' | 'failed' | 'other-study' | 'slow'} Meaning */
/** @typedef {'nothing' | 'image' | 'document'} Shown what is on the screen */
/**
 * `unreadable`: a success whose content is not what was asked for. `not-whole`: a part of its content is missing.
 * `other-study`: its content is of another study. `slow`: no answer yet.
 *
 * @typedef {number | 'unreadable' | 'not-whole' | 'other-study' | 'slow'} Status
 */

/**
 * @typedef {object} Answer
 * @property {Meaning} means
 * @property {boolean} retry whether the same request may succeed if it is sent again
 */

/**
 * @typedef {object} Telling how the page tells its user
 * @property {Meaning | 'incomplete'} message
 * @property {boolean} covers whether the message may cover the page, if nothing else of the study arrives
 */

/** Seconds: the pause before each further attempt, the longest pause an archive may ask for, and all of it together. */
export const RETRY = Object.freeze(table.retry);
/** Answers after which a request is sent again once, and the pause before that in seconds. */
export const ONCE = Object.freeze(table.once);
/** The same as `RETRY` for the time after that, in which all requests wait for the archive. The last pause repeats. */
export const WAIT = Object.freeze(table.wait);
/** Seconds without a byte of the archive: until a message says so, and until a request is given up, by its kind. */
export const SILENCE = Object.freeze(table.silence);

const ANSWERS = /** @type {Record<string, Answer>} */ (table.answers);
const MESSAGES =
  /** @type {Record<string, Record<'nothing' | 'something', Partial<Record<Meaning, Telling['message']>>>>} */ (
    table.messages
  );
const KINDS = table.kinds.map(({ name, path, about }) => ({
  name: /** @type {Kind} */ (name),
  path: new RegExp(path),
  about,
}));

/**
 * The kind of a request.
 *
 * @param {string} target path and query
 * @returns {Kind}
 */
export function kindOf(target) {
  return /** @type {{name: Kind}} */ (KINDS.find(({ path }) => path.test(target))).name;
}

/**
 * What an answer means.
 *
 * @param {Status} status 0 if there was none
 * @returns {Answer | undefined} undefined for a success
 */
export function meaningOf(status) {
  return ANSWERS[status] ?? ANSWERS[`${String(status)[0]}xx`];
}

/**
 * What the page says about an answer.
 *
 * @param {Status} status
 * @param {Kind} kind
 * @param {Shown} shown
 * @returns {Telling | undefined} undefined if it says nothing
 */
export function tellingOf(status, kind, shown) {
  const means = meaningOf(status)?.means;
  const { about } = /** @type {{about: string}} */ (KINDS.find(({ name }) => name === kind));
  const message = means && MESSAGES[about][shown === 'nothing' ? 'nothing' : 'something'][means];
  const vital = about === 'study' || about === 'series';
  return message && { message, covers: vital && shown === 'nothing' && means !== 'slow' };
}
