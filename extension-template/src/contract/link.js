/** Links to the viewer: what a link names, and its token. */

import { UID } from './request.js';
import { chooseToken, decode } from './token.js';

/** Maximum length of a link, in characters: enough for 200 studies, the longest token, and as much again. */
const MAX_LENGTH = 32768;
const MAX_STUDIES = 200;
/** A UID that is too long: at most 64 characters are allowed (DICOM PS3.5 section 9.1). */
const LONG_UID = /^[0-9][0-9.]{64,}$/;

/**
 * @typedef {object} Link
 * @property {'' | 'bad-token' | 'bad-link' | 'long-uid'} problem why the link is refused, '' if it is not
 * @property {boolean} hasToken whether it has a token parameter, valid or not
 * @property {string} [token]
 * @property {string[]} studies Study Instance UIDs, in order, without repetition
 * @property {string} url decoded: a JSON file that describes the studies instead (OHIF's data source `dicomjson`); ''
 *   if there is none
 * @property {string} key identifies what the link names, in any order of its studies; '' if it names nothing
 * @property {string} address the same link without its token. Studies and file are in the one spelling that OHIF reads,
 *   so that OHIF cannot read anything else; all other parameters stay byte for byte. '' if there is no such address
 */

/**
 * Reads a link.
 *
 * @param {string} href
 * @param {string} tokenParam compared without case, as OHIF compares its own parameters
 * @param {(url: string) => string | undefined} [fileOf] the path of the JSON file that a link names; undefined if links
 *   may not name it
 * @returns {Link}
 */
export function readLink(href, tokenParam, fileOf = url => url) {
  const page = pageOf(href);
  if (!page || href.length > MAX_LENGTH) {
    return {
      problem: 'bad-link',
      hasToken: hasTokenParam(href, tokenParam),
      studies: [],
      url: '',
      key: '',
      address: '',
    };
  }
  const query = split(page.search, tokenParam.toLowerCase());
  const fragment = split(page.hash, tokenParam.toLowerCase());
  const tokens = [...query.tokens, ...fragment.tokens];
  const { token, bad } = chooseToken(tokens);
  const { problem, studies, url } = targetOf(query, fragment, fileOf);
  return {
    problem: bad ? 'bad-token' : problem,
    hasToken: tokens.length > 0,
    token: problem ? undefined : token,
    studies,
    url,
    key: studies.length ? [...studies].sort().join(',') : url && `url:${url}`,
    // Absolute, because a path that starts with `//` would name another host.
    address: page.origin + page.pathname + rest(studies, url, query.rest, fragment.rest),
  };
}

/**
 * What a link names.
 *
 * @param {ReturnType<typeof split>} query
 * @param {ReturnType<typeof split>} fragment
 * @param {(url: string) => string | undefined} fileOf
 * @returns {{problem: '' | 'bad-link' | 'long-uid', studies: string[], url: string}}
 */
function targetOf(query, fragment, fileOf) {
  // If both have it, OHIF reads the parameter of the fragment, not that of the query (useSearchParams).
  const named = fragment.studies ?? query.studies;
  const studies = [...new Set(named ?? [])];
  const files = [...new Set([...query.urls, ...fragment.urls])].map(url => url && fileOf(url));
  const isBad =
    files.length > 1 ||
    (files.length > 0 && named !== undefined) ||
    studies.length > MAX_STUDIES ||
    !studies.every(uid => UID.test(uid)) ||
    !files.every(Boolean);
  if (isBad) {
    return { problem: studies.some(uid => LONG_UID.test(uid)) ? 'long-uid' : 'bad-link', studies: [], url: '' };
  }
  return { problem: '', studies, url: files[0] ?? '' };
}

/**
 * @param {string} href
 * @returns {URL | undefined}
 */
function pageOf(href) {
  try {
    const url = new URL(href);
    const web = url.protocol === 'http:' || url.protocol === 'https:';
    return web && !url.username && !url.password ? url : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} href
 * @param {string} tokenParam
 */
function hasTokenParam(href, tokenParam) {
  const [before, ...fragment] = href.split('#');
  const parts = [`?${before.split('?').slice(1).join('?')}`, `#${fragment.join('#')}`];
  return parts.some(part => split(part, tokenParam.toLowerCase()).tokens.length > 0);
}

/**
 * @param {string} part `?a=b&c` or `#a=b&c`, or ''
 * @param {string} tokenName lower case
 */
function split(part, tokenName) {
  /** @type {string[]} */
  const tokens = [];
  /** @type {string[] | undefined} */
  let studies;
  /** @type {string[]} decoded; '' if a value cannot be decoded */
  const urls = [];
  /** @type {string[]} */
  const others = [];
  for (const pair of part ? part.slice(1).split('&') : []) {
    const [rawName, ...values] = pair.split('=');
    const rawValue = values.join('=');
    const name = (decode(rawName.replace(/\+/g, ' ')) ?? rawName).replace(/^ +| +$/g, '').toLowerCase();
    if (name === tokenName) {
      tokens.push(rawValue);
    } else if (name === 'studyinstanceuids') {
      const uids = (decode(rawValue) ?? rawValue).split(',').map(uid => uid.replace(/^ +| +$/g, ''));
      studies = [...(studies ?? []), ...uids.filter(Boolean)];
    } else if (name === 'url') {
      urls.push(...(rawValue ? [decode(rawValue) ?? ''] : []));
    } else {
      others.push(pair);
    }
  }
  return { tokens, studies, urls, rest: others };
}

/**
 * @param {string[]} studies
 * @param {string} url
 * @param {string[]} query
 * @param {string[]} fragment
 */
function rest(studies, url, query, fragment) {
  const target = studies.length ? `StudyInstanceUIDs=${studies.join(',')}` : url && `url=${encodeURIComponent(url)}`;
  const parameters = [...(target ? [target] : []), ...query].join('&');
  const after = fragment.join('&');
  return (parameters && `?${parameters}`) + (after && `#${after}`);
}
