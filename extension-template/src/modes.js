/**
 * Confines every mode of the viewer to the link.
 *
 * Modes get their data from data sources only, and extension.js leaves only its own, so no mode can avoid them. The
 * rest is done by wrapping each mode's factory in place, in the extension's preRegistration. This works because in
 * every release from 3.11 to 3.14 all extensions are registered before the first modeFactory runs, the module objects
 * that `loadModules` returns are the ones whose factories run later, and OHIF drops a mode whose factory returns
 * nothing. A list of replacement modes would not work: their ids would have to repeat those of the release's modes,
 * which releases before 3.13 skip only after they have run both factories.
 */

/** @typedef {import('../types/ohif.js').Mode} Mode */
/** @typedef {import('../types/ohif.js').ModeModule} ModeModule */
/** @typedef {import('../types/ohif.js').FactoryArguments} FactoryArguments */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/** Property of a wrapped factory that has the original. */
const ORIGINAL = Symbol.for('ohifbuild.factory');
export const VIEWER_ID = 'ohifbuild-token-viewer';
export const VIEWER_ROUTE = 'viewer';

/**
 * Wraps the factory of every mode among some modules.
 *
 * @param {unknown[]} modules
 * @param {EarlyApi} api
 */
export function confineModes(modules, api) {
  for (const module of modules) {
    const mode = /** @type {ModeModule | undefined} */ (module);
    if (mode?.modeFactory && mode.id !== VIEWER_ID && !(ORIGINAL in mode.modeFactory)) {
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
    // Our viewer mode is made from the release's and has its route; a second one would show in the study list.
    return mode && mode.routeName !== VIEWER_ROUTE ? withLink(mode, api) : undefined;
  }
  return Object.assign(wrapped, { [ORIGINAL]: factory });
}

/**
 * Runs the original factory of a mode.
 *
 * @param {ModeModule} module
 * @param {FactoryArguments} args
 * @returns {Promise<Mode | undefined>}
 */
export async function releaseMode(module, args) {
  const factory = /** @type {any} */ (module.modeFactory)?.[ORIGINAL] ?? module.modeFactory;
  return factory?.call(module, args);
}

/**
 * The same mode, which reads the link again whenever OHIF enters or redraws its route, before it requests data.
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
