/**
 * The first script of the page. The build bundles it into one IIFE and inlines it into index.html before every other
 * resource, so that the token has left the address bar before anything can read it there or send it as a referrer.
 *
 * A second import does nothing.
 */

import { kindOf } from '../contract/answers.js';
import { createRoots } from '../contract/place.js';
import { readSettings } from '../contract/settings.js';
import { allRoots } from '../contract/source.js';
import { createMessages } from '../messages.js';
import { mergeModule } from './app-config-module.js';
import { createArchiveFirst } from './archive-first.js';
import { addBlockingPolicy, addConnectPolicy } from './connect-policy.js';
import { createCredential } from './credential.js';
import { guardFetch } from './fetch.js';
import { registerFirst } from './first-extension.js';
import { provideLaterModules } from './later-modules.js';
import { createLinkState } from './link-state.js';
import { createGuesses } from './guesses.js';
import { guardMedia } from './media.js';
import { clearActivation, watchNavigation } from './navigation.js';
import { broughtBy, studiesIn, targetOf, tellOf } from './request-errors.js';
import { useStartupFiles } from './startup-chunks.js';
import { isOrdinary } from './startup-plan.js';
import { createStill } from './still/index.js';
import { createTokenScope } from './token-scope.js';
import { createTokenStore } from './token-store.js';
import { createTransport } from './transport.js';
import { watchCode } from './upgrade.js';
import { guardXhr } from './xhr.js';

/** @typedef {import('../../types/early.js').EarlyApi} EarlyApi */
/** @typedef {import('../../types/early.js').RequestError} RequestError */
/** @typedef {{beforeReload: () => void, onMessage: (reason: import('../../types/early.js').Reason) => void}} Acts */

const KEY = Symbol.for('ohifbuild');

/**
 * Guards the page, once.
 *
 * @param {Window & typeof globalThis} window
 * @param {(address: string) => void} [replacePage] loads an address in place of this page
 * @returns {EarlyApi}
 */
export function start(window, replacePage = address => window.location.replace(address)) {
  /** @type {Record<symbol, EarlyApi>} */
  const shared = /** @type {any} */ (window);
  if (!shared[KEY]) {
    const api = guardOrBlock(window, replacePage);
    Object.defineProperty(window, KEY, { value: api });
  }
  return shared[KEY];
}

/**
 * Guards the page. A page that cannot be guarded loads nothing, and shows a message.
 *
 * @param {Window & typeof globalThis} window
 * @param {(address: string) => void} replacePage
 * @returns {EarlyApi}
 */
function guardOrBlock(window, replacePage) {
  const settings = readSettings(window);
  /** What is to be done before a message loads the page again, and when a message appears. @type {Acts} */
  const acts = { beforeReload: () => undefined, onMessage: () => undefined };
  const reload = () => {
    acts.beforeReload();
    window.location.reload();
  };
  const messages = createMessages(window, settings.contact, reload, reason => acts.onMessage(reason));
  try {
    return guard(window, replacePage, settings, messages, acts);
  } catch {
    addBlockingPolicy(window);
    messages.show('broken');
    const link = () => /** @type {const} */ ({ status: 'broken', studies: [] });
    const nothing = () => undefined;
    return Object.freeze({
      settings,
      configure: nothing,
      mergeModule: nothing,
      link,
      sync: link,
      guards: () => true,
      headers: () => ({}),
      report: nothing,
      guessed: createGuesses(window).record,
      onRefused: () => nothing,
    });
  }
}

/**
 * @param {Window & typeof globalThis} window
 * @param {(address: string) => void} replacePage
 * @param {import('../../types/early.js').Settings} settings
 * @param {ReturnType<typeof createMessages>} messages
 * @param {Acts} acts
 * @returns {EarlyApi}
 */
function guard(window, replacePage, settings, messages, acts) {
  const links = createLinkState(window, settings, createTokenStore(window, settings), replacePage);
  const first = links.sync().status;
  if (first === 'ready') {
    // Throws if the browser gives the page no storage. OHIF would stop there without a message.
    void window.localStorage.length;
  }
  addConnectPolicy(window, settings);
  // Without a usable link the page shows nothing but a message. The same holds for a page that another one replaces.
  const stopped = first !== 'ready' && window.document.readyState === 'loading';
  if (stopped) {
    window.document.write('<plaintext hidden>'); // the browser does not load the rest of the page
  }

  const locate = createRoots(allRoots(settings), () => window.document.baseURI, window.location.origin);
  acts.beforeReload = links.keepForReload;
  const scope = createTokenScope(settings, locate, links.state);
  const credential = createCredential(window, settings, links);
  /** @type {Set<(error: RequestError) => void>} */
  const listeners = new Set();
  let unloading = false; // then the browser aborts requests, which is not an error
  window.addEventListener('pagehide', () => (unloading = true));
  window.addEventListener('pageshow', () => (unloading = false));

  /**
   * The JSON file of a link says which studies there are, as a search does.
   *
   * @param {import('../../types/early.js').ArchiveResponse} response
   * @returns {import('../../types/early.js').ArchiveResponse}
   */
  function withKind(response) {
    return scope.isFile(response.url) ? { ...response, kind: 'search' } : response;
  }

  /** @param {import('../../types/early.js').ArchiveResponse} response */
  function tellingOf(response) {
    return tellOf(response, links.token(), links.source()?.access ?? 'token', Date.now() / 1000);
  }

  /** @param {import('../../types/early.js').ArchiveResponse} answer */
  function onResponse(answer) {
    if (unloading || links.state().status === 'leaving') {
      return;
    }
    const response = withKind(answer);
    const tell = tellingOf(response);
    const { studies } = links.state();
    const about = studiesIn(response.url, studies);
    const isMetadata = kindOf(targetOf(response.url)) === 'metadata';
    if (!tell) {
      messages.resolve(response.url, isMetadata ? about : undefined);
      messages.appeared(broughtBy(response));
      return;
    }
    // A link without studies (the study list, a JSON file) is about everything.
    const { message: reason = 'failed', covers = false } = tell('nothing') ?? {};
    if (response.outside || about.length || !studies.length) {
      // A refusal is for the whole study; after another error the rest of it may arrive all the same.
      const waits = covers && reason !== 'refused' && reason !== 'expired';
      messages.report(response.outside ? 'outside' : response.url, { tell, studies: about, waits });
    }
    for (const listener of listeners) {
      listener(Object.freeze({ reason, status: response.status }));
    }
  }

  const guesses = createGuesses(window);
  /** @param {string} url */
  const withdrawn = url => messages.resolve(url);
  const listening = { response: onResponse, withdrawn, emptySince: messages.emptySince };
  const { send, guess } = createTransport(window, scope, credential, listening, guesses);
  /** What became of videos and documents. @type {Parameters<typeof guardMedia>[3]} */
  const media = {
    loaded: () => messages.appeared('document'),
    failed(url, status) {
      // Other requests have been reported; one for a picture is vital only here.
      if (status === 'unreadable' || kindOf(targetOf(url)) === 'thumbnail') {
        onResponse({ url, status, challenge: '', kind: 'document' });
      }
    },
  };
  guardXhr(window, scope, credential, send, onResponse);
  guardFetch(window, scope, credential, send);
  const worker = settings.mediaStreaming ? `${settings.publicUrl}ohifbuild-media.js` : '';
  guardMedia(window, url => locate(url) !== undefined, worker, media);
  useStartupFiles(window, settings.startupFiles);
  const later = settings.startupFiles?.later;
  const soon = first === 'ready' && !isOrdinary(settings, links.state(), window.location);
  provideLaterModules(window, later ? settings.publicUrl + later : '', soon);
  watchCode(window, () => unloading || messages.show('updated', 'part'));

  /**
   * @param {import('../../types/early.js').LinkStatus} status
   * @returns {import('../../types/early.js').Reason | undefined}
   */
  function reasonOf(status) {
    const route = window.location.pathname.slice(settings.publicUrl.length);
    if (status === 'no-token' && /^local(?:basic)?\/?$/.test(route)) {
      return 'no-files'; // OHIF's pages that open files of the computer
    }
    return status === 'ready' || status === 'leaving' ? undefined : status;
  }

  let previous = links.state();
  let endPreview = () => {};
  function sync() {
    const state = links.sync();
    if (state.studies.join() !== previous.studies.join() || state.source !== previous.source) {
      guesses.end(false);
      endPreview();
    }
    if (state.status !== previous.status || state.studies.join() !== previous.studies.join()) {
      messages.linkChanged(state, reasonOf(state.status));
    }
    previous = state;
    if (stopped && state.status === 'ready') {
      window.location.reload();
    }
    return state;
  }
  clearActivation(window);
  watchNavigation(window, sync);
  messages.linkChanged(previous, reasonOf(previous.status));
  const archive = createArchiveFirst(window, settings, guess, guesses);
  if (first === 'ready') {
    if (settings.previewImage) {
      const still = createStill(window, settings.touchLayout);
      endPreview = still.end;
      acts.onMessage = reason => reason === 'waiting' || still.end();
      guesses.onEnd(() => guesses.record().wrong && still.end());
      archive.firstImage.then(still.show);
    }
    archive.start(previous);
  }

  return Object.freeze({
    settings,
    /** @param {{extensions?: string[]}} config */
    configure: config => registerFirst(window, config),
    mergeModule,
    link: links.state,
    sync,
    /** @param {string} url */
    guards: url => locate(url) !== undefined,
    /** @param {string} url */
    headers(url) {
      return scope.decide('GET', url)?.permitted && credential.ready() ? credential.headers() : {};
    },
    report: messages.show,
    guessed: guesses.record,
    /** @param {(error: RequestError) => void} listener */
    onRefused(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
}

if (typeof window !== 'undefined') {
  // One chunk of the published 3.12.10 reads Node's `__filename` without a check, and OHIF stops there on every second
  // load (whenever document.currentScript is null). As a global variable it is undefined, which does no harm.
  Object.assign(window, { __filename: undefined });
  start(window);
}
