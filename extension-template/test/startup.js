/** A page with a plan of what to ask its archive first, and an archive for it. */

import { ORIGIN, openTab, settle, started } from './host.js';

/** @typedef {import('./host.js').Reply} Reply */

export const ROOT = `${ORIGIN}/dicom-web`;
export const JSON_TYPE = 'application/dicom+json';
export const FRAMES = 'multipart/related; type=application/octet-stream; transfer-syntax=*';
const SEARCH = '/dicom-web/studies?limit=101&StudyInstanceUID={study}';
const SERIES = '/dicom-web/studies/{study}/series?includefield=0008103E';
const METADATA = '/dicom-web/studies/{study}/series/{series}/metadata';
const FRAME = '/dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/{frame}';
const ONE = [SEARCH, SERIES, METADATA, FRAME].map(url => ({ url, accept: url === FRAME ? FRAMES : JSON_TYPE }));
export const STARTUP = [{ source: 'dicomweb', one: ONE, several: ONE }];
export const PATH = '/viewer?StudyInstanceUIDs=1.2.3&token=t';
export const SENT = [
  `${ROOT}/studies?limit=101&StudyInstanceUID=1.2.3`,
  `${ROOT}/studies/1.2.3/series?includefield=0008103E`,
  `${ROOT}/studies/1.2.3/series/1.2.3.1/metadata`,
  `${ROOT}/studies/1.2.3/series/1.2.3.2/metadata`,
  `${ROOT}/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1/frames/1`,
];
export const PART = `\r\n--b\r\nContent-Type: image/jls\r\n\r\nPIXELS\r\n--b--`;

/** @param {string} url */
export function archive(url) {
  const [, study] = /(?:UID=|studies\/)([\d.]+)/.exec(url) ?? [];
  const [, series] = /series\/([\d.]+)/.exec(url) ?? [];
  if (url.includes('/frames/')) {
    return { status: 200, body: PART, type: 'multipart/related; boundary=b' };
  }
  /** @type {Record<string, {Value: unknown[]}>[]} */
  const rows = url.includes('/metadata')
    ? [{ '00080018': { Value: [`${series}.1`] }, '00280010': { Value: [2] }, '00080060': { Value: ['CT'] } }]
    : url.includes('/series')
      ? [2, 1].map(number => ({
          '0020000E': { Value: [`${study}.${number}`] },
          '00200011': { Value: [number] },
          '00080060': { Value: ['CT'] },
        }))
      : [{ '0020000D': { Value: [study] } }];
  return { status: 200, body: JSON.stringify(rows), type: JSON_TYPE };
}

/** @param {Parameters<typeof started>[0] & {change?: (window: Window & typeof globalThis) => void}} [options] */
export async function opened({ change = () => undefined, ...options } = {}) {
  const before = started({ path: PATH, archive, settings: { startup: STARTUP, ...options?.settings }, ...options });
  // The page that the link leads to; `started` follows to the page without the token.
  const session = before.tab.stored();
  const tab = openTab({
    archive,
    ...options,
    path: before.address(),
    session,
    settings: { startup: STARTUP, ...options?.settings },
  });
  change(tab.window);
  const api = tab.start();
  await settle();
  await settle();
  return { ...tab, api, urls: () => tab.sent.map(({ url }) => url) };
}

/**
 * @param {Window & typeof globalThis} window
 * @param {string} url
 * @param {RequestInit} [init]
 */
export function ask(window, url, init = {}) {
  return window.fetch(url, { headers: { Accept: url.includes('/frames/') ? FRAMES : JSON_TYPE }, ...init });
}
