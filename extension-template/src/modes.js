/**
 * Confines every mode of the viewer.
 *
 * Modes get their data from data sources only, and those are ours (see extension.js), so no mode is a way round. What
 * is left to do for each is done by wrapping its factory in place, in the extension's preRegistration: in every
 * release from 3.11 to 3.14 all extensions are registered before the first modeFactory runs, the module objects that
 * `loadModules` returns are the ones whose factories run later, and a factory that returns nothing drops its mode. A list
 * of replacement modes would not do: their ids would have to repeat those of the release's modes, which releases before
 * 3.13 skip only after having run both factories.
 */

/** @typedef {import('../types/ohif.js').Mode} Mode */
/** @typedef {import('../types/ohif.js').ModeModule} ModeModule */
/** @typedef {import('../types/ohif.js').FactoryArguments} FactoryArguments */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/** Where a wrapped factory keeps the one it wraps. */
const RELEASE = Symbol.for('ohifbuild.factory');
export const VIEWER_ID = 'ohifbuild-token-viewer';
export const VIEWER_ROUTE = 'viewer';

/**
 * @param {unknown[]} modules
 * @param {EarlyApi} api
 */
export function confineModes(modules, api) {
  for (const module of modules) {
    const mode = /** @type {ModeModule | undefined} */ (module);
    if (mode?.modeFactory && mode.id !== VIEWER_ID && !(RELEASE in mode.modeFactory)) {
      mode.modeFactory = wrapFactory(mode.modeFactory, api);
    }
  }
}

/**
 * @param {NonNullable<ModeModule['modeFactory']>} factory
 * @param {EarlyApi} api
 */
function wrapFactory(factory, api) {
  /**
   * @this {ModeModule}
   * @param {FactoryArguments} args
   */
  async function wrapped(args) {
    const mode = await factory.call(this, args);
    // Our viewer is derived from the release's and stands on its route; two would be one too many in the work list.
    return mode && mode.routeName !== VIEWER_ROUTE ? withLink(mode, api) : undefined;
  }
  return Object.assign(wrapped, { [RELEASE]: factory });
}

/**
 * The release's own factory, run as if nobody had wrapped it.
 *
 * @param {ModeModule} module
 * @param {FactoryArguments} args
 * @returns {Promise<Mode | undefined>}
 */
export async function releaseMode(module, args) {
  const factory = /** @type {any} */ (module.modeFactory)?.[RELEASE] ?? module.modeFactory;
  return factory?.call(module, args);
}

/**
 * The same mode, which has the link read anew whenever OHIF enters or redraws its route, before it asks for data.
 *
 * @param {Mode} mode
 * @param {EarlyApi} api
 * @returns {Mode}
 */
export function withLink(mode, api) {
  return {
    ...mode,
    /**
     * @this {Mode}
     * @param {unknown} args
     */
    onModeInit(args) {
      api.sync();
      mode.onModeInit?.call(this, args);
    },
  };
}
