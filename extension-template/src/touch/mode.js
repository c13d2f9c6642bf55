/**
 * Gives the viewer mode its layout on phones and tablets. Whatever is missing in a release, the release's own layout
 * stays, and nothing throws.
 */

import { isTouchScreen } from './detect.js';

/** @typedef {import('../../types/ohif.js').Mode} Mode */

/**
 * The same mode, with closed panels and one viewport, and with the tool bar for fingers. On other screens the mode is
 * returned as it is, and nothing more is loaded.
 *
 * @param {Mode} mode
 * @param {Window & typeof globalThis} window
 * @param {() => Promise<Pick<typeof import('./layout.js'), 'enter'>>} [load]
 * @returns {Mode}
 */
export function withTouchLayout(mode, window, load = () => import('./layout.js')) {
  if (!isTouchScreen(window)) {
    return mode;
  }
  const loaded = load();
  loaded.catch(() => {});
  /** @type {Promise<(() => void) | undefined> | undefined} */
  let entered;
  return {
    ...mode,
    // The release may list several protocols, of which some fill a screen with viewports.
    hangingProtocol: 'default',
    routes: /** @type {any[] | undefined} */ (mode.routes)?.map(withClosedPanels),
    /**
     * @this {Mode}
     * @param {unknown[]} args
     */
    onModeEnter(...args) {
      const result = mode.onModeEnter?.apply(this, args);
      entered = loaded.then(({ enter }) => enter(window, /** @type {any} */ (args[0]))).catch(() => undefined);
      return result;
    },
    /**
     * @this {Mode}
     * @param {unknown[]} args
     */
    onModeExit(...args) {
      entered?.then(leave => leave?.());
      entered = undefined;
      return /** @type {any} */ (mode).onModeExit?.apply(this, args);
    },
  };
}

/**
 * @param {any} route
 */
function withClosedPanels(route) {
  if (typeof route?.layoutTemplate !== 'function') {
    return route;
  }
  return {
    ...route,
    /**
     * @this {unknown}
     * @param {unknown[]} args
     */
    layoutTemplate(...args) {
      const layout = route.layoutTemplate.apply(this, args);
      return typeof layout?.then === 'function' ? layout.then(closed) : closed(layout);
    },
  };
}

/** @param {any} layout */
function closed(layout) {
  return layout && { ...layout, props: { ...layout.props, leftPanelClosed: true, rightPanelClosed: true } };
}
