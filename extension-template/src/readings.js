/**
 * What OHIF asks of its configuration: which customizations and which keys of `window.config` anybody has read.
 *
 * OHIF says nothing about a customization or a key that it does not know. verify compares the recipe with this record.
 */

/** @typedef {import('../types/ohif.js').CustomizationService} CustomizationService */

/** Methods by which a customization is read, in some release from 3.9 to 3.14. */
const GETTERS = ['getCustomization', 'getModeCustomization', 'getGlobalCustomization', 'get'];

/**
 * Records which customizations are read, which the release has of its own, and which were set too early.
 *
 * @param {CustomizationService} service
 * @param {() => string} registering the id of the extension that registers now; '' if none does
 */
export function recordCustomizations(service, registering) {
  const methods = /** @type {Record<string, any>} */ (service);
  /** @type {Set<string>} */
  const asked = new Set();
  /** @type {{id: string, extension: string}[]} */
  const early = [];
  let entered = false;

  for (const name of GETTERS.filter(getter => typeof methods[getter] === 'function')) {
    replace(methods, name, (original, args) => {
      asked.add(String(args[0]));
      return original(...args);
    });
  }
  replace(methods, 'onModeEnter', (original, args) => {
    entered = true;
    return original(...args);
  });
  replace(methods, 'setCustomizations', (original, args) => {
    const [given, scope = 'mode'] = args;
    // OHIF forgets those of a mode when it enters the next one.
    if (scope === 'mode' && !entered && typeof given === 'object' && !Array.isArray(given)) {
      Object.keys(given ?? {}).forEach(id => early.push({ id, extension: registering() }));
    }
    return original(...args);
  });

  /** The kind of each of the release's own values, by id. */
  function known() {
    const map = methods.getCustomizations?.('default') ?? methods.defaultCustomizations;
    const entries = map instanceof Map ? [...map] : [];
    return Object.fromEntries(
      entries.map(([id, value]) => [String(id), Array.isArray(value) ? 'array' : typeof value])
    );
  }

  return () => ({ asked: [...asked], early, known: known() });
}

/**
 * Records which properties of an object are read from now on.
 *
 * @param {Record<string, any>} object
 * @param {Set<string>} read gets their names
 */
export function recordReads(object, read) {
  for (const [name, { value, writable, configurable }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    if (!writable || !configurable) {
      continue; // an accessor, or kept by a server
    }
    let current = value;
    Object.defineProperty(object, name, {
      enumerable: true,
      configurable: true,
      get() {
        read.add(name);
        return current;
      },
      set(next) {
        current = next;
      },
    });
  }
}

/**
 * @param {Record<string, any>} object
 * @param {string} name of a method; nothing is done if there is none
 * @param {(original: (...args: any[]) => unknown, args: any[]) => unknown} act
 */
function replace(object, name, act) {
  const original = object[name];
  if (typeof original === 'function') {
    const bound = original.bind(object);
    object[name] = (/** @type {any[]} */ ...args) => act(bound, args);
  }
}
