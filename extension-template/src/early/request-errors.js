/** Decides which responses of the archive are errors that the user should know about. */

import { kindOf, meaningOf, tellingOf } from '../contract/answers.js';
import { saysExpired } from '../contract/token.js';

/** @typedef {import('../../types/early.js').ArchiveResponse} ArchiveResponse */
/** @typedef {import('../messages.js').Problem} Problem */

/**
 * What the page says about the response to one request.
 *
 * @param {ArchiveResponse} response
 * @param {string | undefined} token
 * @param {import('../../types/early.js').Access} access what requests to the archive carry
 * @param {number} now seconds since 1970
 * @returns {Problem['tell'] | undefined} undefined if nothing went wrong
 */
export function tellOf(response, token, access, now) {
  const { status, url } = response;
  if (response.outside) {
    return () => ({ message: 'outside', covers: false });
  }
  if (!meaningOf(status)) {
    return undefined;
  }
  const kind = response.kind ?? kindOf(targetOf(url));
  const expired = /expired/i.test(response.challenge) || (token !== undefined && saysExpired(token, now));
  const signedOut = asksToSignIn(status, access);
  return shown => {
    const telling = tellingOf(status, kind, shown);
    if (!telling || signedOut) {
      return telling && { ...telling, message: 'signed-out' };
    }
    return telling.message === 'refused' && expired ? { ...telling, message: 'expired' } : telling;
  };
}

/**
 * Whether an archive that knows its users by the browser's sign-in wants a new one. A redirect leads to its page for that.
 *
 * @param {ArchiveResponse['status']} status
 * @param {import('../../types/early.js').Access} access
 */
function asksToSignIn(status, access) {
  return (access !== 'token' && /^3/.test(String(status))) || (access === 'session' && status === 401);
}

/**
 * Path and query of a URL.
 *
 * @param {string} url absolute
 */
export function targetOf(url) {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/**
 * The studies of the link that a request is about. The user needs to know of these errors only: an archive rightly
 * refuses a token for one study the patient's other studies.
 *
 * @param {string} url
 * @param {readonly string[]} studies Study Instance UIDs of the link
 */
export function studiesIn(url, studies) {
  const { pathname, searchParams } = new URL(url);
  const queried = uidsOf(searchParams);
  return studies.filter(uid => pathname.split('/').includes(uid) || queried.includes(uid));
}

/**
 * The Study Instance UIDs that a search names.
 *
 * @param {URLSearchParams} query
 */
export function uidsOf(query) {
  return [...query].flatMap(([name, value]) =>
    /^(studyinstanceuid|0020000d|studyuid)$/i.test(name) ? value.split(/[,\\]/) : []
  );
}

/**
 * What a successful response brings onto the screen.
 *
 * @param {ArchiveResponse} response
 * @returns {import('../contract/answers.js').Shown}
 */
export function broughtBy({ url, status, kind = kindOf(targetOf(url)) }) {
  const brings = typeof status === 'number' && status >= 200 && status < 300 && status !== 204;
  return brings && kind === 'frames' ? 'image' : brings && kind === 'document' ? 'document' : 'nothing';
}
