/** Judges tokens. Pure. */

import { decode } from './link.js';

/** Longest token accepted, in characters: servers refuse header lines beyond about 8 KiB (nginx, Apache). */
export const LONGEST = 8192;

/** Visible ASCII only: no space, CR, LF, NUL, or anything a header could be split or re-coded by. */
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * The one token among the raw values of a link's token parameters.
 *
 * Repeating the same value is harmless. Different values are refused rather than picked from: proxies and archives
 * differ in which one they would take, and a link that says two things was tampered with or cut together wrongly.
 *
 * @param {string[]} raw
 * @returns {{token?: string, bad: boolean}} neither: the link carries no token
 */
export function chooseToken(raw) {
  const given = [...new Set(raw.filter(value => value !== '').map(decode))];
  if (given.length === 0) {
    return { bad: false };
  }
  const [token] = given;
  if (given.length > 1 || token === undefined || token.length > LONGEST || !VISIBLE.test(token)) {
    return { bad: true };
  }
  return { token, bad: false };
}

/**
 * Whether a JWT says of itself that its time is over: `exp` (RFC 7519 section 4.1.4, in seconds), or the
 * `expiration_date` (ISO 8601) of orthanc-auth-service's tokens. False for every other token. Only used to word the
 * message: whether a token is valid is the archive's to decide.
 *
 * @param {string} token
 * @param {number} now milliseconds
 * @returns {boolean}
 */
export function saysExpired(token, now) {
  const parts = token.split('.');
  if (parts.length !== 3) {
    return false;
  }
  try {
    const claims = JSON.parse(atob(parts[1].replace(/-/g, '+').replace(/_/g, '/')));
    const end = typeof claims?.exp === 'number' ? claims.exp * 1000 : Date.parse(claims?.expiration_date);
    return end < now;
  } catch {
    return false;
  }
}
