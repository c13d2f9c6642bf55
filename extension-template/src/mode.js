/**
 * The viewer mode, on route `viewer`. It is the release's own viewer mode, made at run time by the release's own factory,
 * and so has whatever tools, panels and layouts that release has.
 */

import { earlyApi } from './api.js';
import { releaseMode, VIEWER_ID, VIEWER_ROUTE, withLink } from './modes.js';

/** @typedef {import('../types/ohif.js').ModeModule} ModeModule */

/** The release's viewers, the one it puts on `/viewer` first. `@ohif/mode-basic` exists since 3.12. */
const BASES = ['@ohif/mode-longitudinal', '@ohif/mode-basic'];

/** @type {ModeModule} */
const mode = {
  id: VIEWER_ID,

  async modeFactory({ modeConfiguration, loadModules }) {
    const compiled = window.modes ?? [];
    const name = BASES.find(base => compiled.includes(base)) ?? BASES[0];
    const [module] = await loadModules([name]);
    const base = await releaseMode(/** @type {ModeModule} */ (module), { modeConfiguration, loadModules });
    return base && withLink({ ...base, id: VIEWER_ID, routeName: VIEWER_ROUTE, hide: false }, await earlyApi());
  },
};

export default mode;
