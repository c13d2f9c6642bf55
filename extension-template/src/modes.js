/**
 * Confines every mode of the viewer to the link.
 *
 * Modes get their data from data sources only, and extension.js leaves only its own, so no mode can avoid them. The
 * rest is done by wrapping each mode's factory in place, in the extension's preRegistration. This works because in
 * every release from 3.9 to 3.14 all extensions are registered before the first modeFactory runs, the module objects
 * that `loadModules` returns are the ones whose factories run later, and OHIF assigns the finished list to
 * `appConfig.modes` before it creates routes. A list of replacement modes would not work: their ids would have to repeat
 * those of the release's modes, which releases before 3.13 skip only after they have run both factories.
 */

import { textOf } from './loaded.js';

/** @typedef {import('../types/ohif.js').AppConfig} AppConfig */
/** @typedef {import('../types/ohif.js').Mode} Mode */
/** @typedef {import('../types/ohif.js').ModeModule} ModeModule */
/** @typedef {import('../types/ohif.js').FactoryArguments} FactoryArguments */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */
/** @typedef {ReturnType<import('./loaded.js').recordLoading>} Loading */
/** @typedef {import('./loaded.js').LoadedPart} LoadedPart */

/** Property of a wrapped factory that has the original. */
const ORIGINAL = Symbol.for('ohifbuild.factory');
export const VIEWER_ID = 'ohifbuild-token-viewer';
export const VIEWER_ROUTE = 'viewer';
/** Modes of the release; a mode of any other name is somebody's own. */
const RELEASE = '@ohif/';

/**
 * Wraps the factory of every mode, and checks OHIF's finished list of modes.
 *
 * @param {{source: string, module: unknown}[]} listed the modes that OHIF will use, and by which name it loads them
 * @param {AppConfig} appConfig
 * @param {EarlyApi} api
 * @param {Loading} loading
 * @param {(modes: Mode[]) => void} beforeRoutes runs when all extensions and modes are there
 */
export function confineModes(listed, appConfig, api, loading, beforeRoutes) {
  for (const { source, module } of listed) {
    const mode = /** @type {ModeModule | undefined} */ (module);
    if (mode?.id === VIEWER_ID || (mode?.modeFactory && ORIGINAL in mode.modeFactory)) {
      continue;
    }
    const part = loading.addMode(source, mode);
    if (mode?.modeFactory) {
      mode.modeFactory = wrapFactory(mode.modeFactory, api, loading, part);
    } else if (mode) {
      loading.madeMode(mode, part);
    }
  }
  atTheEnd(appConfig, list => {
    const kept = list.filter(mode => isKept(mode, loading.partOf(mode)));
    list.splice(0, list.length, ...arranged(kept, appConfig.ohifbuildModes, loading));
    beforeRoutes(list);
  });
}

/**
 * Calls `act` with OHIF's finished list of modes, which it may change.
 *
 * @param {AppConfig} appConfig
 * @param {(list: Mode[]) => void} act
 */
function atTheEnd(appConfig, act) {
  let modes = appConfig.modes;
  Object.defineProperty(appConfig, 'modes', {
    enumerable: true,
    configurable: true,
    get: () => modes,
    set(list) {
      modes = list;
      if (Array.isArray(list)) {
        act(list);
      }
    },
  });
}

/**
 * Our viewer mode is made from the release's and has its route; a second one would show in the study list. Nobody else
 * can have the route, because links are opened there.
 *
 * @param {Mode} mode
 * @param {LoadedPart | undefined} part
 */
function isKept(mode, part) {
  if (!part) {
    return true; // our own
  }
  const replaced = part.source.startsWith(RELEASE);
  if (mode.routeName !== VIEWER_ROUTE || replaced) {
    part.problem = '';
  } else {
    part.problem = `its route is '${VIEWER_ROUTE}', which is the route of links; give it another routeName`;
    // eslint-disable-next-line no-console -- whoever made the mode looks there
    console.error(`The mode ${part.id} is left out: ${part.problem}.`);
  }
  return mode.routeName !== VIEWER_ROUTE;
}

/**
 * Takes the extensions that are registered already out of the lists of modes. OHIF would import each of the list by its id,
 * which works only for compiled ones, and then skip those that are registered.
 *
 * @param {Mode[]} modes
 * @param {readonly string[]} ids
 */
export function forgetRegistered(modes, ids) {
  for (const mode of modes) {
    if (mode.extensions && typeof mode.extensions === 'object') {
      mode.extensions = Object.fromEntries(Object.entries(mode.extensions).filter(([id]) => !ids.includes(id)));
    }
  }
}

/**
 * The modes as the recipe has them: which are on, in which order, and which the study list does not offer.
 *
 * @param {Mode[]} modes
 * @param {{on?: string[], hide?: string[]} | undefined} wanted
 * @param {Loading} loading
 * @returns {Mode[]}
 */
function arranged(modes, { on = [], hide = [] } = {}, loading) {
  modes.filter(({ routeName }) => hide.includes(routeName)).forEach(mode => (mode.hide = true));
  if (on.length === 0) {
    return modes;
  }
  const place = (/** @type {Mode} */ { routeName }) => on.indexOf(routeName);
  const kept = modes.filter(mode => mode.routeName === VIEWER_ROUTE || place(mode) >= 0);
  for (const part of modes.filter(mode => !kept.includes(mode)).map(loading.partOf)) {
    if (part) {
      part.route = ''; // it is off, as the recipe says
    }
  }
  return kept.sort((one, other) => place(one) - place(other));
}

/**
 * @param {NonNullable<ModeModule['modeFactory']>} factory
 * @param {EarlyApi} api
 * @param {Loading} loading
 * @param {LoadedPart} part
 */
function wrapFactory(factory, api, loading, part) {
  /**
   * @this {ModeModule}
   * @param {FactoryArguments} args
   */
  async function wrapped(args) {
    try {
      const mode = await factory.call(this, args);
      if (!mode) {
        part.problem = 'modeFactory returned no mode';
        return undefined;
      }
      const confined = withLink(mode, api, () => (part.entered = true));
      loading.madeMode(confined, part);
      return confined;
    } catch (error) {
      // OHIF itself would show an empty page then, whatever the link is for.
      part.problem = `modeFactory: ${textOf(error)}`;
      // eslint-disable-next-line no-console -- whoever made the mode looks there
      console.error(error);
      return undefined;
    }
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
 * @param {() => void} [onEntered] is called when the mode has been entered
 * @returns {Mode}
 */
export function withLink(mode, api, onEntered) {
  const { onModeEnter } = mode;
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
    ...(onEntered &&
      typeof onModeEnter === 'function' && {
        /**
         * @this {Mode}
         * @param {unknown[]} args
         */
        onModeEnter(...args) {
          const result = onModeEnter.apply(this, args);
          onEntered();
          return result;
        },
      }),
  };
}
