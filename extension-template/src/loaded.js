/**
 * What OHIF made of the extensions and modes: which are registered, and why others are not.
 *
 * OHIF catches what an extension throws while it registers, writes it to the console and goes on. verify reads this
 * record instead, because a console line does not name the package. The record has names and errors, and no objects.
 */

/** @typedef {import('../types/ohif.js').ExtensionManager} ExtensionManager */
/** @typedef {import('../types/ohif.js').Mode} Mode */

/**
 * @typedef {object} LoadedPart
 * @property {string} source the name or URL that OHIF loaded it by; '' for one that a mode brought along
 * @property {string} id
 * @property {string} route of a mode
 * @property {boolean} entered whether the mode's route was opened
 * @property {string} problem why it is not there, or not whole; '' if it is
 * @property {string[]} unknown functions such as getFooModule that this release never calls
 */

const KEY = Symbol.for('ohifbuild.loaded');
// Kept from before extensions run, which may replace them.
const copyOf = structuredClone;
const { entries, fromEntries } = Object;
/** The functions of an extension by which OHIF gets its modules, also if "get" is mistyped. */
const MODULE_FUNCTION = /^[a-z]{2,4}[A-Z]\w*Module$/;

/**
 * Starts the record of a page.
 *
 * @param {Window} window
 */
export function recordLoading(window) {
  /** @type {LoadedPart[]} */
  const extensions = [];
  /** @type {LoadedPart[]} */
  const modes = [];
  /** @type {Map<object, LoadedPart>} */
  const made = new Map();
  /** Further parts of the record, by name. @type {Record<string, () => unknown>} */
  const further = {};
  let registering = '';
  const snapshot = () => {
    const more = entries(further).map(([name, read]) => [name, read()]);
    return copyOf({ extensions, modes, ...fromEntries(more) });
  };
  // No extension can put another record in its place.
  Object.defineProperty(window, KEY, { value: snapshot });

  /**
   * Records every extension that registers from now on.
   *
   * @param {ExtensionManager} manager
   * @param {readonly string[]} sources of the extensions that follow, in order
   */
  function watchExtensions(manager, sources) {
    const register = manager.registerExtension?.bind(manager);
    if (!register) {
      return;
    }
    let next = 0;
    manager.registerExtension = async (extension, ...more) => {
      const part = newPart(sources[next] ?? '', extension);
      const called = (manager.moduleTypeNames ?? []).map(type => `get${type[0]?.toUpperCase()}${type.slice(1)}`);
      part.unknown = called.length && extension ? functionsOf(extension).filter(name => !called.includes(name)) : [];
      next += 1;
      extensions.push(part);
      if ((manager.registeredExtensionIds ?? []).includes(part.id)) {
        part.problem = `another extension is registered with the id ${part.id}`;
      }
      registering = part.id;
      try {
        await register(
          watchModules(extension, text => (part.problem = text)),
          ...more
        );
      } catch (error) {
        part.problem ||= textOf(error);
        throw error;
      } finally {
        registering = '';
      }
    };
  }

  /**
   * @param {string} source
   * @param {Mode | {id?: string} | undefined} module
   */
  function addMode(source, module) {
    const part = { ...newPart(source, module), problem: 'OHIF did not use it' };
    modes.push(part);
    return part;
  }

  /**
   * @param {object} mode the object that OHIF gets
   * @param {LoadedPart} part
   */
  function madeMode(mode, part) {
    made.set(mode, part);
    part.route = String(/** @type {Mode} */ (mode).routeName ?? '');
  }

  /** @param {object} mode */
  function partOf(mode) {
    return made.get(mode);
  }

  /**
   * @param {string} name
   * @param {() => unknown} read
   */
  function add(name, read) {
    further[name] = read;
  }

  return { watchExtensions, addMode, madeMode, partOf, add, registering: () => registering };
}

/**
 * The same extension; `tell` gets what its functions throw, because OHIF's own error names the function only.
 *
 * @template {object | null | undefined} T
 * @param {T} extension
 * @param {(problem: string) => void} tell
 * @returns {T}
 */
function watchModules(extension, tell) {
  if (typeof extension !== 'object' || extension === null) {
    return extension;
  }
  /** @type {PropertyDescriptorMap} */
  const watched = {};
  for (const name of functionsOf(extension)) {
    const original = /** @type {any} */ (extension)[name];
    const value = (/** @type {unknown[]} */ ...args) => {
      try {
        return original.apply(extension, args);
      } catch (error) {
        tell(`${name}: ${textOf(error)}`);
        throw error;
      }
    };
    watched[name] = { value, enumerable: true };
  }
  return Object.create(extension, watched);
}

/**
 * The names of the functions by which OHIF gets an extension's modules.
 *
 * @param {object} extension
 */
function functionsOf(extension) {
  /** @type {Set<string>} */
  const names = new Set();
  for (let part = extension; part && part !== Object.prototype; part = Object.getPrototypeOf(part)) {
    Object.getOwnPropertyNames(part).forEach(name => names.add(name));
  }
  return [...names].filter(
    name => MODULE_FUNCTION.test(name) && typeof (/** @type {any} */ (extension)[name]) === 'function'
  );
}

/**
 * @param {string} source
 * @param {{id?: string} | null | undefined} module
 * @returns {LoadedPart}
 */
function newPart(source, module) {
  return { source, id: String(module?.id ?? ''), route: '', entered: false, problem: '', unknown: [] };
}

/**
 * An error as one short line.
 *
 * @param {unknown} error
 */
export function textOf(error) {
  return String(error instanceof Error ? `${error.name}: ${error.message}` : error).slice(0, 500);
}
