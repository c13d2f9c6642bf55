/**
 * The viewer mode, on route `viewer`. The release's own factory creates it at run time, so it has the tools, panels and
 * layouts of that release.
 */

import { earlyApi } from './api.js';
import { releaseMode, VIEWER_ID, VIEWER_ROUTE, withLink } from './modes.js';
import { withTouchLayout } from './touch/mode.js';

/** @typedef {import('../types/ohif.js').ModeModule} ModeModule */

/** The release's viewer modes, the one on route `viewer` first. `@ohif/mode-basic` exists since 3.12. */
const BASES = ['@ohif/mode-longitudinal', '@ohif/mode-basic'];

/** @type {ModeModule} */
const mode = {
  id: VIEWER_ID,

  async modeFactory({ modeConfiguration, loadModules }) {
    const compiled = window.modes ?? [];
    const name = BASES.find(base => compiled.includes(base)) ?? BASES[0];
    const [module] = await loadModules([name]);
    const base = await releaseMode(/** @type {ModeModule} */ (module), { modeConfiguration, loadModules });
    if (!base) {
      return undefined;
    }
    const api = await earlyApi();
    const viewer = { ...base, id: VIEWER_ID, routeName: VIEWER_ROUTE, hide: false };
    return withLink(api.settings.touchLayout ? withTouchLayout(viewer, window) : viewer, api);
  },
};

export default mode;
