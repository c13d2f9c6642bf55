/** Turns the archive's answers into what the reader has to be told, if anything. */

import { saysExpired } from '../contract/token.js';

/** @typedef {import('../../types/early.js').Answer} Answer */
/** @typedef {import('../../types/early.js').Reason} Reason */

/**
 * What went wrong with one request, or undefined where nothing did.
 *
 * Not every failure is worth a message: an archive without `/rendered` answers 404 or 500 all day and the images are
 * there. What the study hangs on are its searches and metadata.
 *
 * @param {Answer} answer
 * @param {string | undefined} token
 * @param {number} now seconds since 1970
 * @returns {Reason | undefined}
 */
export function reasonOf(answer, token, now) {
  if (answer.outside) {
    return 'outside';
  }
  if (answer.status === 401 || answer.status === 403) {
    const over = /expired/i.test(answer.challenge) || (token !== undefined && saysExpired(token, now));
    return over ? 'expired' : 'refused';
  }
  const { pathname } = new URL(answer.url);
  if (answer.status === 404 && /\/studies\/[^/]+\/(?:series|metadata)$/.test(pathname)) {
    return 'not-found';
  }
  const vital = /\/(?:studies|series|metadata)$/.test(pathname);
  // 502 to 504 is what a proxy says for an archive that is down.
  const down = answer.status === 0 || (answer.status >= 502 && answer.status <= 504);
  return down || (vital && answer.status >= 500) ? 'unreachable' : undefined;
}

/**
 * Whether a request is about one of the link's studies. Only then does a refusal concern the reader: a token for one
 * study is rightly refused the patient's others. A link that names no study (the work list) is about all of them.
 *
 * @param {string} url
 * @param {readonly string[]} studies
 */
export function concerns(url, studies) {
  const { pathname, searchParams } = new URL(url);
  const asked = [...searchParams].flatMap(([name, value]) =>
    /^(studyinstanceuid|0020000d|studyuid)$/i.test(name) ? value.split(/[,\\]/) : []
  );
  return studies.length === 0 || studies.some(uid => pathname.split('/').includes(uid) || asked.includes(uid));
}

/**
 * Whether an answer brought something to look at.
 *
 * @param {Answer} answer
 */
export function showsPixels({ url, status }) {
  return status >= 200 && status < 300 && /\/(frames\/|rendered|pixeldata|bulkdata)|requestType=WADO/i.test(url);
}
