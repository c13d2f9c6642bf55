/**
 * Asks the archive for what OHIF will ask first, while OHIF itself is still loading: the study, its series, their
 * metadata, and the frame of the first image.
 *
 * The build writes into the settings what the release was seen to ask (`startup`). Each request waits for the answer
 * that OHIF would wait for, so a refused token is sent once, and nothing is asked that OHIF would not ask.
 */

import { firstImageOf, inOrder } from './first-image.js';
import { partOf } from './multipart.js';
import { fill, levelOf, planOf } from './startup-plan.js';

/** @typedef {import('../../types/early.js').Template} Template */
/** @typedef {import('../../types/early.js').FirstImage} FirstImage */
/** @typedef {import('./first-image.js').Row} Row */

/** Bytes that may wait in memory for OHIF. A larger answer waits in the network. */
const MOST_BYTES = 16_000_000;
/** Series of a study whose metadata are asked for. */
const MOST_SERIES = 24;
/** Images of a study, as far as the archive says: above, only the metadata of the first series are asked for. */
const MOST_IMAGES = 2_000;
/** With HTTP/1.1 a browser opens six connections to a server, and the viewer's own files need them too. */
const LANES = 3;
const LANES_OF_HTTP2 = 12;
/** The kinds of connection on which the order of requests is left to OHIF. */
const SLOW = ['slow-2g', '2g'];

/**
 * Prepares the requests of one page.
 *
 * @param {Window & typeof globalThis} window
 * @param {import('../../types/early.js').Settings} settings
 * @param {ReturnType<typeof import('./transport.js').createTransport>['guess']} guess
 * @param {ReturnType<typeof import('./guesses.js').createGuesses>} guesses
 */
export function createArchiveFirst(window, settings, guess, guesses) {
  let room = MOST_BYTES;
  /** @type {(image: FirstImage | undefined) => void} */
  let settle = () => undefined;
  /** @type {Promise<FirstImage | undefined>} */
  const firstImage = new Promise(resolve => (settle = resolve));
  guesses.onEnd(() => settle(undefined));
  window.addEventListener('pagehide', () => guesses.end(false));

  /**
   * Asks for what the page of a link will need. Does nothing if that is not known, or if the user saves data.
   *
   * @param {import('../../types/early.js').LinkState} link that is ready
   */
  async function start(link) {
    const plan = suits(window) ? planOf(settings, link, window.location) : undefined;
    try {
      await Promise.all(plan ? link.studies.map(study => open(plan, study, link.studies)) : []);
    } catch {
      // Not DICOM JSON: OHIF asks for it all the same, and then it is reported.
    } finally {
      settle(undefined);
    }
  }

  /**
   * @param {readonly Template[]} plan
   * @param {string} study
   * @param {readonly string[]} studies of the link
   */
  async function open(plan, study, studies) {
    /** @type {Row[]} */
    let series = [];
    for (const template of plan.filter(each => levelOf(each) === 'study')) {
      const rows = await rowsOf(template, { study });
      if (!rows?.length) {
        return; // OHIF asks for nothing more of it
      }
      series = rows;
    }
    const [ofMetadata, ofFrame] = ['series', 'instance'].map(level => plan.find(each => levelOf(each) === level));
    const { all, shown } = inOrder(series);
    const images = all.reduce((sum, { images: count }) => sum + count, 0);
    const few = all.length <= MOST_SERIES && images <= MOST_IMAGES;
    const wanted = few ? all : all.slice(0, 1);
    const queue = shown && wanted.includes(shown) ? [shown, ...wanted.filter(each => each !== shown)] : wanted;
    const next = async () => {
      for (let item = queue.shift(); item; item = queue.shift()) {
        const rows = ofMetadata && (await rowsOf(ofMetadata, { study, series: item.uid }));
        if (rows && item === shown && ofFrame && study === shownFirst(studies)) {
          await openImage(ofFrame, study, item.uid, rows);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.ceil(lanes(window) / studies.length) }, next));
  }

  /**
   * @param {Template} template
   * @param {string} study
   * @param {string} series
   * @param {Row[]} instances
   */
  async function openImage(template, study, series, instances) {
    const metadata = firstImageOf(instances);
    const instance = metadata?.['00080018']?.Value?.[0];
    if (!metadata || typeof instance !== 'string') {
      return;
    }
    const answer = await ask(template, { study, series, instance, frame: '1' });
    const frame = answer && partOf(answer.bytes, answer.response.headers.get('Content-Type') ?? '');
    settle(frame && { study, series, instance, metadata, frame });
  }

  /**
   * The rows of DICOM JSON (PS3.18 annex F) that an answer has.
   *
   * @param {Template} template
   * @param {Record<string, string>} values
   * @returns {Promise<Row[] | undefined>} undefined if there is no such answer
   */
  async function rowsOf(template, values) {
    const answer = await ask(template, values);
    try {
      const rows = answer && JSON.parse(new TextDecoder().decode(answer.bytes));
      return Array.isArray(rows) ? rows : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Sends a request ahead of OHIF, and reads a copy of its answer. The browser keeps the answer itself in memory
   * meanwhile.
   *
   * @param {Template} template
   * @param {Record<string, string>} values
   * @returns {Promise<{response: Response, bytes: Uint8Array<ArrayBuffer>} | undefined>} undefined if there is no
   *   complete answer
   */
  async function ask(template, values) {
    const url = room > 0 ? fill(template.url, values) : undefined;
    try {
      const response = url && (await guess(url, template.headers));
      const bytes = response && response.status === 200 && (await read(response.clone()));
      return bytes ? { response, bytes } : undefined;
    } catch {
      return undefined; // the transport has reported it
    }
  }

  /**
   * @param {Response} copy
   * @returns {Promise<Uint8Array<ArrayBuffer> | undefined>} undefined if it is too large
   */
  async function read(copy) {
    /** @type {Uint8Array[]} */
    const chunks = [];
    let size = 0;
    const reader = copy.body?.getReader();
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      size += step.value.byteLength;
      room -= step.value.byteLength;
      if (room < 0) {
        await reader?.cancel();
        return undefined;
      }
      chunks.push(step.value);
    }
    const bytes = new Uint8Array(size);
    chunks.reduce((offset, chunk) => (bytes.set(chunk, offset), offset + chunk.byteLength), 0);
    return bytes;
  }

  return { start, firstImage };
}

/**
 * Whether the page is seen, and its connection good enough, to ask ahead of OHIF.
 *
 * @param {Window} window
 */
function suits({ document, navigator }) {
  const { saveData = false, effectiveType = '' } =
    /** @type {{connection?: {saveData?: boolean, effectiveType?: string}}} */ (navigator).connection ?? {};
  return document.visibilityState !== 'hidden' && navigator.onLine && !saveData && !SLOW.includes(effectiveType);
}

/** @param {Window} window */
function lanes({ performance }) {
  const [page] = performance.getEntriesByType?.('navigation') ?? [];
  const protocol = /** @type {{nextHopProtocol?: string} | undefined} */ (page)?.nextHopProtocol ?? '';
  return /^h[23]/.test(protocol) ? LANES_OF_HTTP2 : LANES;
}

/**
 * The study whose images OHIF shows first: its default hanging protocol sorts them by UID, the highest first.
 *
 * @param {readonly string[]} studies
 */
function shownFirst(studies) {
  return [...studies].sort().at(-1);
}
