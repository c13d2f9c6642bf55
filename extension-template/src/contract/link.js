/** What a link to the viewer says. */

import { UID } from './request.js';
import { chooseToken, decode } from './token.js';

/** Longest link, in characters: 200 studies and a token of the longest kind, and as much again for other parameters. */
const LONGEST = 32768;
const MOST_STUDIES = 200;

/**
 * @typedef {object} Link
 * @property {'' | 'bad-token' | 'bad-link'} problem why it is not followed, '' if it is
 * @property {boolean} carries whether it has a token parameter at all, good or bad
 * @property {string} [token]
 * @property {string[]} studies Study Instance UIDs, in order, without repetition
 * @property {string} url a JSON file that describes the studies in their place (OHIF's data source `dicomjson`), decoded; or ''
 * @property {string} key identifies what the link is for, whatever the order of its studies; '' where it names nothing
 * @property {string} address the same link without its token. What was understood is in the one spelling that OHIF reads,
 *   so that nobody behind us reads anything else; every other parameter stays byte for byte. '' where there is no such address
 */

/**
 * @param {string} href
 * @param {string} tokenParam compared without case, as OHIF compares its own parameters
 * @param {(url: string) => string | undefined} [fileOf] what stands for the JSON file that a link names; undefined where links may
 *   not name it
 * @returns {Link}
 */
export function readLink(href, tokenParam, fileOf = url => url) {
  const place = placeOf(href);
  if (!place || href.length > LONGEST) {
    return { problem: 'bad-link', carries: carriesToken(href, tokenParam), studies: [], url: '', key: '', address: '' };
  }
  const query = split(place.search, tokenParam.toLowerCase());
  const fragment = split(place.hash, tokenParam.toLowerCase());
  const tokens = [...query.tokens, ...fragment.tokens];
  // OHIF lets a parameter of the fragment win over the same one of the query (useSearchParams).
  const named = fragment.studies ?? query.studies;
  const given = [...new Set(named ?? [])];
  const files = [...new Set([...query.urls, ...fragment.urls])].map(url => url && fileOf(url));
  const wrong =
    files.length > 1 ||
    (files.length > 0 && named !== undefined) ||
    given.length > MOST_STUDIES ||
    !given.every(uid => UID.test(uid)) ||
    !files.every(Boolean);
  const studies = wrong ? [] : given;
  const [url = ''] = wrong ? [] : files;
  const { token, bad } = chooseToken(tokens);
  return {
    problem: bad ? 'bad-token' : wrong ? 'bad-link' : '',
    carries: tokens.length > 0,
    token: wrong ? undefined : token,
    studies,
    url,
    key: studies.length ? [...studies].sort().join(',') : url && `url:${url}`,
    // Absolute, because a path that starts with `//` would otherwise name another host.
    address: place.origin + place.pathname + rest(studies, url, query.rest, fragment.rest),
  };
}

/**
 * @param {string} href
 * @returns {URL | undefined}
 */
function placeOf(href) {
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
function carriesToken(href, tokenParam) {
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
  /** @type {string[]} decoded; '' stands for one that cannot be */
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
  const named = studies.length
    ? [`StudyInstanceUIDs=${studies.join(',')}`]
    : url
      ? [`url=${encodeURIComponent(url)}`]
      : [];
  const parameters = [...named, ...query].join('&');
  const after = fragment.join('&');
  return (parameters && `?${parameters}`) + (after && `#${after}`);
}
