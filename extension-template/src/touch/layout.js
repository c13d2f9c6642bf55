/**
 * The layout for phones and tablets: one image that fills the screen, a tool bar for fingers, and the series as a strip.
 * OHIF's own page stays behind it, and one button brings that back.
 */

import { openDocument, documentUrl } from './document.js';
import { element } from './elements.js';
import { pixelsPerSlice } from './gestures.js';
import { createImage, windowedBy } from './image.js';
import { createOhif } from './ohif.js';
import { createPositionBar } from './position-bar.js';
import { createSeriesStrip } from './series-strip.js';
import { createStepper } from './stepper.js';
import { addStyle, ATTRIBUTE, GRID, ID } from './style.js';
import { wordsFor } from './texts.js';
import { createToolBar } from './tool-bar.js';
import { readTouches } from './touches.js';
import { useWholeScreen } from './whole-screen.js';

const STRIP = 'data-ohifbuild-strip';
/** Images per second, if the series does not say. */
const FRAME_RATE = 10;
/** Cornerstone's event after each drawing. */
const DRAWN = 'CORNERSTONE_IMAGE_RENDERED';

/**
 * Puts the layout over OHIF's page.
 *
 * @param {Window & typeof globalThis} window
 * @param {{servicesManager: any, commandsManager: any, extensionManager: any}} host
 * @returns {(() => void) | undefined} takes the layout away; undefined if the release lacks what it needs
 */
export function enter(window, host) {
  const { document } = window;
  const ohif = createOhif(host);
  if (!ohif.complete) {
    return undefined;
  }
  const { language, words } = wordsFor(window);
  const image = createImage(window, ohif.viewport);
  const stepper = createStepper(image);
  /** @type {import('./tool-bar.js').State} */
  const state = { tool: 'scroll', image: false, scrolls: false, playing: false, series: false, strip: true };
  let from = { index: 0, y: 0, way: { x: 0, y: 0 }, window: /** @type {any} */ (undefined) };
  let hinted = false;
  let due = 0;
  const observer = new window.MutationObserver(refresh);
  /** Each play or pause ends the play before. */
  let plays = 0;
  /** @type {'simple' | 'all'} */
  let view = 'simple';

  const toolBar = createToolBar(document, words, {
    tool: tool => set({ tool }),
    reset: image.reset,
    play: () => (state.playing ? pause() : play()),
    series: () => set({ strip: !state.strip }),
    all: () => show('all'),
  });
  const position = createPositionBar(document, words, index => {
    pause();
    stepper.jump(index);
  });
  const strip = createSeriesStrip(document, {
    words,
    picture: ohif.picture,
    open(id) {
      pause();
      ohif.open(id);
    },
  });
  const hint = element(document, 'div', { className: 'hint' }, words.hint);
  const open = element(document, 'button', { type: 'button', className: 'open' }, words.open);
  open.addEventListener('click', () => openDocument(window, documentUrl(document, GRID)));
  const simple = element(document, 'button', { type: 'button', className: 'simple' }, words.simple);
  simple.addEventListener('click', () => show('simple'));
  const parts = [position.bar, hint, open, strip.strip, toolBar.bar];
  const root = element(document, 'div', { id: ID, lang: language }, ...parts, simple);

  /** @param {Partial<typeof state>} change */
  function set(change) {
    Object.assign(state, change);
    refresh();
  }

  /** Brings all that shows up to date, once before the browser draws. */
  function refresh() {
    due ||= window.requestAnimationFrame(() => {
      due = 0;
      showView();
      const [index, count, series] = [image.index(), image.count(), ohif.series()];
      Object.assign(state, { image: image.shown(), scrolls: count > 1, series: series.length > 1 });
      toolBar.update(state);
      position.update(index, count);
      strip.update(series, ohif.shown());
      parts.forEach(part => (part.hidden = view !== 'simple'));
      simple.hidden = view === 'simple';
      position.bar.hidden ||= count < 2;
      hint.hidden ||= hinted || count < 2;
      open.hidden ||= state.image || !documentUrl(document, GRID);
      strip.strip.hidden ||= !state.series || !state.strip;
      document.documentElement.toggleAttribute(STRIP, !strip.strip.hidden);
    });
  }

  /** @param {'simple' | 'all'} which */
  function show(which) {
    pause();
    view = which;
    refresh();
  }

  /** Without viewports OHIF shows something else, such as an error, which stays in sight. */
  function showView() {
    const there = document.querySelector(GRID) !== null;
    root.hidden = !there;
    if (there) {
      document.documentElement.setAttribute(ATTRIBUTE, view);
    } else {
      document.documentElement.removeAttribute(ATTRIBUTE);
    }
  }

  async function play() {
    set({ playing: true });
    const mine = (plays += 1);
    const pauseMs = 1000 / (ohif.frameRate() ?? FRAME_RATE);
    if (image.isVideo()) {
      image.togglePlaying();
      return;
    }
    while (mine === plays && image.count() > 1) {
      const drawn = new Promise(resolve => window.setTimeout(resolve, pauseMs));
      await stepper.jump((image.index() + 1) % image.count());
      await drawn;
    }
  }

  function pause() {
    plays += 1;
    if (state.playing) {
      if (image.isPlaying()) {
        image.togglePlaying();
      }
      set({ playing: false });
    }
  }

  const stopTouches = readTouches(window, () => document.documentElement.getAttribute(ATTRIBUTE) === 'simple', {
    choose: target => ohif.activate(target.getAttribute('data-viewport-uid') ?? undefined),
    touched() {
      pause();
      stepper.stop();
    },
    begin() {
      from = { index: image.index(), y: 0, way: { x: 0, y: 0 }, window: image.window() };
      hinted ||= state.tool === 'scroll';
      refresh();
    },
    drag(by) {
      if (state.tool === 'zoom') {
        const { width, height } = centre();
        image.pinch({ scale: Math.exp((from.way.y - by.y) / 200), x: width / 2, y: height / 2, byX: 0, byY: 0 });
        from.way = by;
      } else if (state.tool === 'contrast') {
        if (from.window) {
          image.setWindow(windowedBy(from.window, by));
        }
      } else if (image.count() > 1) {
        const step = pixelsPerSlice(image.count(), centre().height);
        const wanted = from.index + Math.round((by.y - from.y) / step);
        if (image.isVideo()) {
          stepper.jump(wanted);
          return;
        }
        // Where the finger is too far ahead, or beyond the end, its way begins again there.
        from.y += (wanted - stepper.towards(wanted)) * step;
      }
    },
    pinch: image.pinch,
    twice: image.reset,
  });

  function centre() {
    return (document.querySelector(GRID) ?? document.documentElement).getBoundingClientRect();
  }

  const stopWatching = ohif.watch(refresh);
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['data', 'src'] });
  const giveBack = useWholeScreen(document);
  window.addEventListener(DRAWN, refresh, true);
  addStyle(document);
  document.body.append(root);
  show('simple');

  return () => {
    pause();
    stepper.stop();
    stopTouches();
    stopWatching();
    observer.disconnect();
    giveBack();
    window.removeEventListener(DRAWN, refresh, true);
    window.cancelAnimationFrame(due);
    root.remove();
    document.documentElement.removeAttribute(ATTRIBUTE);
    document.documentElement.removeAttribute(STRIP);
  };
}
