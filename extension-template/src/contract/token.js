/** What a token is. */

/** Longest token accepted, in characters: servers refuse header lines beyond about 8 KiB (nginx, Apache). */
export const LONGEST = 8192;

/** Visible ASCII only: no space, CR, LF, NUL, or anything a header could be split or re-coded by. */
const VISIBLE = /^[\x21-\x7e]+$/;
/** ISO 8601 as Python's isoformat() writes it, with a zone; other forms are read by some and not by others. */
const MOMENT = /^(?!0)\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)$/;

/** @param {string} value */
export function isToken(value) {
  return value.length <= LONGEST && VISIBLE.test(value);
}

/**
 * The one token among the raw values (still percent-encoded) of a link's token parameters.
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
  if (given.length > 1 || token === undefined || !isToken(token)) {
    return { bad: true };
  }
  return { token, bad: false };
}

/**
 * Percent-decoding as a path is decoded: `+` stays `+`. A base64 token holds `+`, and a JWT never needs a space, so
 * the plus-to-space rule of HTML forms (URLSearchParams) would only spoil tokens.
 *
 * @param {string} raw
 * @returns {string | undefined} undefined where the encoding is broken
 */
export function decode(raw) {
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

/**
 * Whether a JWT says of itself that its time is over: `exp` (RFC 7519 section 4.1.4, in seconds), or the
 * `expiration_date` (ISO 8601) of orthanc-auth-service's tokens. False for every other token. Only used to word the
 * message: whether a token is valid is the archive's to decide.
 *
 * @param {string} token
 * @param {number} now seconds since 1970
 * @returns {boolean}
 */
export function saysExpired(token, now) {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > LONGEST || !/^[A-Za-z0-9_-]+$/.test(parts[1])) {
    return false;
  }
  try {
    const bytes = Uint8Array.from(atob(parts[1].replace(/-/g, '+').replace(/_/g, '/')), byte => byte.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    if (typeof claims.exp === 'number') {
      return claims.exp < now;
    }
    const text = claims.expiration_date;
    return typeof text === 'string' && MOMENT.test(text) && Date.parse(text) / 1000 < now;
  } catch {
    return false;
  }
}
