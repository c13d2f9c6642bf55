/** The tool bar: what one finger does, and reset, play, series and all tools. */

import { element, icon } from './elements.js';

/** What one finger on the image does. @typedef {'scroll' | 'zoom' | 'contrast'} Tool */

/** @type {readonly Tool[]} */
const TOOLS = ['scroll', 'zoom', 'contrast'];

/**
 * @typedef {object} State
 * @property {Tool} tool
 * @property {boolean} image whether there is an image
 * @property {boolean} scrolls whether it has further slices
 * @property {boolean} playing
 * @property {boolean} series whether there are several series
 * @property {boolean} strip whether they show
 */

/**
 * Creates the bar.
 *
 * @param {Document} document
 * @param {import('./texts.js').Words} words
 * @param {Record<'reset' | 'play' | 'series' | 'all', () => void> & {tool: (tool: Tool) => void}} actions
 */
export function createToolBar(document, words, actions) {
  const bar = element(document, 'div', { className: 'bar', role: 'toolbar', 'aria-label': words.tools });

  /**
   * @param {keyof typeof import('./elements.js').ICONS} name
   * @param {() => void} act
   */
  function button(name, act) {
    const label = element(document, 'span', {}, words[name]);
    const created = element(document, 'button', { type: 'button', 'data-tool': name }, icon(document, name), label);
    created.addEventListener('click', act);
    bar.append(created);
    return created;
  }

  const tools = TOOLS.map(name => button(name, () => actions.tool(name)));
  const reset = button('reset', actions.reset);
  const play = button('play', actions.play);
  const series = button('series', actions.series);
  button('all', actions.all);
  let wasPlaying = false;

  /** @param {State} state */
  function update(state) {
    tools.forEach((each, at) => {
      each.setAttribute('aria-pressed', String(state.tool === TOOLS[at]));
      each.hidden = !state.image || (TOOLS[at] === 'scroll' && !state.scrolls);
    });
    reset.hidden = !state.image;
    play.hidden = !state.scrolls;
    if (state.playing !== wasPlaying) {
      wasPlaying = state.playing;
      const name = state.playing ? 'pause' : 'play';
      play.replaceChildren(icon(document, name), element(document, 'span', {}, words[name]));
    }
    series.hidden = !state.series;
    series.setAttribute('aria-pressed', String(state.strip));
  }

  return { bar, update };
}
