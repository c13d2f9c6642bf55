/** Decides which responses of the archive are errors that the user should know about. */

import { saysExpired } from '../contract/token.js';

/** @typedef {import('../../types/early.js').ArchiveResponse} ArchiveResponse */
/** @typedef {import('../../types/early.js').Reason} Reason */

/**
 * What went wrong with one request.
 *
 * Not every error deserves a message: an archive without `/rendered` answers 404 or 500 each time, and the images show
 * all the same. A study cannot open without its searches and its metadata.
 *
 * @param {ArchiveResponse} response
 * @param {string | undefined} token
 * @param {number} now seconds since 1970
 * @returns {Reason | undefined} undefined if nothing went wrong
 */
export function reasonOf(response, token, now) {
  const { status } = response;
  if (response.outside) {
    return 'outside';
  }
  if (status === 401 || status === 403) {
    const expired = /expired/i.test(response.challenge) || (token !== undefined && saysExpired(token, now));
    return expired ? 'expired' : 'refused';
  }
  const { pathname } = new URL(response.url);
  if (status === 404 && /\/studies\/[^/]+\/(?:series|metadata)$/.test(pathname)) {
    return 'not-found';
  }
  const vital = /\/(?:studies|series|metadata)$/.test(pathname);
  return isDown(status) || (vital && status >= 500) ? 'unreachable' : undefined;
}

/**
 * 502 to 504 is what a proxy answers when the archive behind it is down.
 *
 * @param {number} status 0 if there was no response
 */
function isDown(status) {
  return status === 0 || (status >= 502 && status <= 504);
}

/**
 * Whether a request is about a study of the link. The user needs to know of these errors only: an archive rightly
 * refuses a token for one study the patient's other studies. A link without studies (the study list) is about all.
 *
 * @param {string} url
 * @param {readonly string[]} studies Study Instance UIDs of the link
 */
export function concernsLink(url, studies) {
  const { pathname, searchParams } = new URL(url);
  const queried = [...searchParams].flatMap(([name, value]) =>
    /^(studyinstanceuid|0020000d|studyuid)$/i.test(name) ? value.split(/[,\\]/) : []
  );
  return studies.length === 0 || studies.some(uid => pathname.split('/').includes(uid) || queried.includes(uid));
}

/**
 * Whether a response brought pixel data, so that the page shows an image.
 *
 * @param {ArchiveResponse} response
 */
export function hasPixels({ url, status }) {
  return status >= 200 && status < 300 && /\/(frames\/|rendered|pixeldata|bulkdata)|requestType=WADO/i.test(url);
}
