/**
 * Shows the user in the page what is wrong. A message covers the page only while no study of the link can be shown, so
 * that no empty viewer, tour or error dialog of OHIF's shows with it. Else it is a notice that the user can close.
 */

import { showsDocument } from './early/on-screen.js';
import { createCard } from './message-card.js';
import { addStyle, COVERED, ID } from './message-style.js';
import { textsFor } from './texts/index.js';
import { preferredLanguages } from './texts/languages.js';

/** @typedef {import('../types/early.js').Reason} Reason */
/** @typedef {import('./contract/answers.js').Shown} Shown */

/**
 * @typedef {object} Problem
 * @property {(shown: Shown) => {message: Reason, covers: boolean} | undefined} tell what to say about it, by what is on
 *   the screen
 * @property {readonly string[]} studies of the link, that it is about
 * @property {boolean} [waits] whether the study may open all the same, so that nothing is said at once
 */

/** Most severe first: of several messages the first one shows. @type {readonly Reason[]} */
const SEVERITY = [
  'broken',
  'bad-token',
  'bad-link',
  'long-uid',
  'no-files',
  'no-token',
  'updated',
  'other-study',
  'signed-out',
  'expired',
  'refused',
  'not-found',
  'unreachable',
  'busy',
  'failed',
  'incomplete',
  'outside',
  'slow',
  'waiting',
];
/** Reasons for which a second attempt may succeed. @type {readonly Reason[]} */
const TEMPORARY = [
  'signed-out',
  'expired',
  'unreachable',
  'not-found',
  'broken',
  'busy',
  'failed',
  'incomplete',
  'other-study',
  'slow',
  'waiting',
];

/** After this time a page that shows nothing says so. */
const PATIENCE_MS = 15_000;
/** For so long the other parts of a study may arrive before the page is covered. */
const PAUSE_MS = 1000;
/** Key of the problem that nothing has appeared. */
const NOTHING = 'nothing';

/**
 * Creates the messages of one page.
 *
 * @param {Window & typeof globalThis} window
 * @param {string} contact the last line of every message; may be empty
 * @param {() => void} [reload] loads the page again, with its link
 * @param {(reason: Reason) => void} [onMessage] is called when a message appears
 */
export function createMessages(window, contact, reload = () => window.location.reload(), onMessage = () => undefined) {
  const { document } = window;
  /** What is wrong, by what it is about. @type {Map<string, Problem>} */
  const problems = new Map();
  /** Parts of studies that have arrived, and their studies. @type {Map<string, readonly string[]>} */
  const opened = new Map();
  /** Messages that the user has closed are not shown again for this link. @type {Set<Reason>} */
  const closed = new Set();
  /** Studies of the link. @type {readonly string[]} */
  let studies = [];
  /** @type {Shown} */
  let shown = 'nothing';
  let linkSince = window.performance.now();
  /** @type {number | undefined} */
  let timer;
  /** Where the focus was before it was in the message. @type {Element | null} */
  let focused = null;

  // Reports come without a request that would tell of them.
  const observer = new window.MutationObserver(look);
  // In the capture phase, because OHIF's own keys would stop the event.
  window.addEventListener(
    'keydown',
    event => {
      if (event.key === 'Escape' && present()?.className === 'notice') {
        close();
      }
    },
    true
  );

  /**
   * @param {string} key what the problem is about
   * @param {Problem} given
   */
  function report(key, given) {
    // The same request may fail again: what has waited is shown, and does not wait again.
    const problem = problems.get(key)?.waits === false ? { ...given, waits: false } : given;
    problems.set(key, problem);
    opened.delete(key);
    whenReady(document, render);
    if (problem.waits) {
      window.setTimeout(() => problems.get(key) === problem && report(key, { ...problem, waits: false }), PAUSE_MS);
    }
  }

  /**
   * To be called when a request succeeds that may have failed before.
   *
   * @param {string} key
   * @param {readonly string[]} [opens] studies of which a part can be shown now
   */
  function resolve(key, opens) {
    if (opens) {
      opened.set(key, opens);
    }
    if (problems.delete(key) || opens) {
      whenReady(document, render);
    }
  }

  /**
   * Shows the message for a reason.
   *
   * @param {Reason} reason
   * @param {string} [about] one study of the link, or `part`, if it is not about the whole link
   */
  function show(reason, about) {
    const part = about === 'part';
    // An answer that cannot be read looks to OHIF like one without studies; what the answer means is known better.
    if (about !== undefined && [...problems.values()].some(problem => problem.studies.includes(about))) {
      return;
    }
    report(`${reason} ${about}`, {
      tell(screen) {
        // A part may be an image that has arrived and stays black, so only a document is certainly shown.
        const certain = part ? screen === 'document' : screen !== 'nothing';
        return { message: certain ? milder(reason) : reason, covers: !part };
      },
      studies: about === undefined || part ? studies : [about],
    });
  }

  /**
   * To be called when something has arrived that the page shows.
   *
   * @param {Shown} what
   */
  function appeared(what) {
    if (shown === 'nothing' && what !== 'nothing') {
      shown = what;
      window.clearTimeout(timer);
      problems.delete(NOTHING);
      whenReady(document, render);
    }
  }

  function look() {
    if (showsDocument(document)) {
      appeared('document');
    }
  }

  /**
   * To be called when the page has another link: the messages of the previous one no longer apply.
   *
   * @param {import('../types/early.js').LinkState} link
   * @param {Reason} [reason] what is wrong with it
   */
  function linkChanged(link, reason) {
    problems.clear();
    opened.clear();
    closed.clear();
    ({ studies } = link);
    shown = 'nothing';
    linkSince = window.performance.now();
    window.clearTimeout(timer);
    if (reason) {
      show(reason);
    } else {
      render();
    }
    if (link.status === 'ready' && (studies.length || link.url)) {
      timer = window.setTimeout(() => {
        look();
        if (shown === 'nothing') {
          report(NOTHING, { tell: () => ({ message: 'waiting', covers: false }), studies: [] });
        }
      }, PATIENCE_MS);
    }
  }

  function render() {
    if (shown === 'nothing' && problems.size && showsDocument(document)) {
      shown = 'document';
    }
    const due = [...problems.values()].filter(({ waits }) => !waits || shown !== 'nothing');
    const tellings = due.flatMap(problem => problem.tell(shown) ?? []);
    const covers = shown === 'nothing' && nothingOpens();
    const wanted = tellings.map(({ message }) => message).filter(message => covers || !closed.has(message));
    const reason = SEVERITY.find(one => wanted.includes(one));
    watch(shown === 'nothing' && problems.size > 0);
    document.documentElement.toggleAttribute(COVERED, covers);
    put(reason, covers);
  }

  /** Whether every study of the link has a problem that keeps it from opening. */
  function nothingOpens() {
    const total = [...problems.values()].filter(({ tell, waits }) => !waits && tell('nothing')?.covers);
    const failed = total.flatMap(problem => problem.studies);
    const open = [...opened.values()].flat();
    return total.length > 0 && studies.every(uid => failed.includes(uid) && !open.includes(uid));
  }

  /** @param {boolean} on */
  function watch(on) {
    observer.disconnect();
    if (on) {
      const options = { childList: true, subtree: true, attributes: true, attributeFilter: ['data', 'src'] };
      observer.observe(document.documentElement, options);
    }
  }

  function present() {
    return document.getElementById(ID);
  }

  /**
   * @param {Reason | undefined} reason
   * @param {boolean} covers
   */
  function put(reason, covers) {
    const before = present();
    if (before?.dataset.reason === reason && (before?.className === 'cover') === covers) {
      return;
    }
    const hadFocus = before?.contains(document.activeElement) ?? false;
    before?.remove();
    if (!reason) {
      giveBackFocus(hadFocus);
      return;
    }
    onMessage(reason);
    addStyle(document);
    const box = build(reason, covers);
    if (!hadFocus) {
      focused = document.activeElement;
    }
    document.documentElement.append(box);
    if (covers || hadFocus) {
      /** @type {HTMLElement | null} */ (box.querySelector(covers ? '.card' : 'button'))?.focus();
    }
  }

  /** @param {boolean} lost whether the message had it */
  function giveBackFocus(lost) {
    if (lost && focused?.isConnected) {
      /** @type {HTMLElement} */ (focused).focus();
    }
    focused = null;
  }

  /**
   * @param {Reason} reason
   * @param {boolean} covers
   */
  function build(reason, covers) {
    const { language, texts } = textsFor(preferredLanguages(window));
    const actions = [];
    if (reason === 'updated' || TEMPORARY.includes(reason)) {
      actions.push({ label: reason === 'updated' ? texts.reload : texts.retry, act: reload });
    }
    if (!covers) {
      actions.push({ label: texts.close, act: close });
    }
    const lines = texts[reason === 'refused' && !covers ? 'partly-refused' : reason];
    const box = createCard(document, { covers, language, lines, contact, actions });
    box.dataset.reason = reason;
    box.addEventListener('keydown', event => event.stopPropagation()); // OHIF's keys are for the viewer
    box.addEventListener('focusin', ({ relatedTarget }) => {
      if (relatedTarget instanceof window.Element && !box.contains(relatedTarget)) {
        focused = relatedTarget;
      }
    });
    return box;
  }

  function close() {
    closed.add(/** @type {Reason} */ (present()?.dataset.reason));
    render();
  }

  /** When the page began to show nothing of its link, as `performance.now()` gives it; Infinity if it shows something. */
  const emptySince = () => (shown === 'nothing' ? linkSince : Infinity);

  return { show, report, resolve, appeared, linkChanged, emptySince };
}

/**
 * What to say about a study of the link while others are shown.
 *
 * @param {Reason} reason
 * @returns {Reason}
 */
function milder(reason) {
  return reason === 'not-found' || reason === 'failed' ? 'incomplete' : reason;
}

/**
 * @param {Document} document
 * @param {() => void} act
 */
function whenReady(document, act) {
  if (document.readyState === 'loading') {
    // The page is there then. `DOMContentLoaded` waits for OHIF's scripts too.
    document.addEventListener('readystatechange', act, { once: true });
  } else {
    act();
  }
}
