/** Tokens: their form, the choice among several, and their expiry. */

/** Maximum length of a token, in characters: servers refuse header lines beyond about 8 KiB (nginx, Apache). */
export const MAX_LENGTH = 8192;

/** Visible ASCII only: no space, CR, LF or NUL, and nothing that could split or change a header. */
const VISIBLE = /^[\x21-\x7e]+$/;
/** ISO 8601 as Python's isoformat() writes it, with a zone. Not all libraries read the other forms. */
const MOMENT = /^(?!0)\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * Whether a value has the form of a token.
 *
 * @param {string} value
 */
export function isToken(value) {
  return value.length <= MAX_LENGTH && VISIBLE.test(value);
}

/**
 * The token among the values of a link's token parameters.
 *
 * Equal values are accepted. Different values are refused: proxies and archives differ in which one they use, and such
 * a link was manipulated or copied wrongly.
 *
 * @param {string[]} raw still percent-encoded
 * @returns {{token?: string, bad: boolean}} no token and not bad: the link has no token
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
 * Decodes percent-encoding as in a path: `+` stays `+`. A base64 token may have a `+`, which the rule of HTML forms
 * (URLSearchParams) would turn into a space.
 *
 * @param {string} raw
 * @returns {string | undefined} undefined if the encoding is invalid
 */
export function decode(raw) {
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

/**
 * Whether a JWT states that it has expired: by `exp` (RFC 7519 section 4.1.4, in seconds), or by `expiration_date` (ISO
 * 8601) of orthanc-auth-service's tokens. False for every other token. Used to choose the message only: the archive
 * decides whether a token is valid.
 *
 * @param {string} token
 * @param {number} now seconds since 1970
 * @returns {boolean}
 */
export function saysExpired(token, now) {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > MAX_LENGTH || !/^[A-Za-z0-9_-]+$/.test(parts[1])) {
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
