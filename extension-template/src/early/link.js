/** Takes a link apart: token, studies, and the address that remains. Pure functions over strings. */

/**
 * @typedef {object} Link
 * @property {string[]} tokens raw values (still percent-encoded) of every token parameter, query first
 * @property {string[]} studies Study Instance UIDs that are valid, in order, without repetition
 * @property {string} [url] of a JSON file that describes studies (OHIF's data source `dicomjson`), as the link has it; unless it names studies
 * @property {boolean} named whether the link names any study at all, valid or not
 * @property {string} key identifies the link's studies, whatever their order; '' where it names none
 * @property {string} address the same address, absolute, without the token parameters and otherwise byte for byte
 */

/** DICOM PS3.5 section 9.1: digits and dots, at most 64 characters. */
const UID = /^(?=.{1,64}$)\d+(?:\.\d+)*$/;

/**
 * @param {{origin: string, pathname: string, search: string, hash: string}} location
 * @param {string} tokenParam compared without case, as OHIF compares its own parameters
 * @returns {Link}
 */
export function readLink(location, tokenParam) {
  const name = tokenParam.toLowerCase();
  const query = split(location.search, name);
  const fragment = split(location.hash, name);
  // OHIF lets a parameter of the fragment win over the same one of the query (useSearchParams).
  const given = fragment.studies.length ? fragment.studies : query.studies;
  const studies = [...new Set(given.filter(uid => UID.test(uid)))];
  const url = fragment.url ?? query.url;
  return {
    tokens: [...query.tokens, ...fragment.tokens],
    studies,
    url: studies.length ? undefined : url,
    named: given.length > 0 || url !== undefined,
    key: studies.length ? [...studies].sort().join(',') : url ? `url:${url}` : '',
    // Absolute, because a path that starts with `//` would otherwise name another host.
    address: location.origin + location.pathname + query.rest + fragment.rest,
  };
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
 * @param {string} part `?a=b&c` or `#a=b&c`, or ''
 * @param {string} tokenName lower case
 */
function split(part, tokenName) {
  const mark = part.slice(0, 1);
  /** @type {string[]} */
  const tokens = [];
  /** @type {string[]} */
  const studies = [];
  /** @type {string[]} */
  const kept = [];
  /** @type {string | undefined} */
  let url;
  for (const pair of part.slice(1).split('&')) {
    const at = pair.indexOf('=');
    const rawName = at < 0 ? pair : pair.slice(0, at);
    const rawValue = at < 0 ? '' : pair.slice(at + 1);
    const name = (decode(rawName) ?? rawName).toLowerCase();
    if (name === tokenName) {
      tokens.push(rawValue);
      continue;
    }
    kept.push(pair);
    if (name === 'studyinstanceuids') {
      studies.push(...(decode(rawValue) ?? rawValue).split(',').map(uid => uid.trim()).filter(Boolean));
    } else if (name === 'url' && rawValue) {
      url ??= decode(rawValue) ?? rawValue;
    }
  }
  const rest = kept.join('&');
  return { tokens, studies, url, rest: rest ? mark + rest : '' };
}
