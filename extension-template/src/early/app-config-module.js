/**
 * Merges what the recipe's `app_config_module` exports into OHIF's configuration, without what confinement needs.
 *
 * The build reads the same names in the module's text. That cannot see what the module computes, so they are refused
 * here again.
 */

/** @typedef {import('../../types/early.js').RefusedNames} RefusedNames */

/**
 * Merges an export, or throws.
 *
 * @param {Record<string, any>} config `window.config`
 * @param {unknown} given the module's default export
 * @param {RefusedNames} refused
 * @throws {Error} `given` has a refused name; nothing is merged
 */
export function mergeModule(config, given, refused) {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Error('app_config_module: expected an object as default export');
  }
  const { customizationService, ...keys } = /** @type {Record<string, any>} */ (given);
  const sets = [customizationService ?? []].flat();
  const problems = [
    ...named(keys, refused.appConfig),
    ...sets.flatMap(set => named(isObject(set) ? set : {}, refused.customizations)),
    ...(hasKey(keys.modesConfiguration, 'extensions') ? ['modesConfiguration cannot set extensions'] : []),
  ];
  if (problems.length) {
    throw new Error(`app_config_module: ${problems.join('; ')}`);
  }
  Object.assign(config, keys);
  if (sets.length) {
    // The same customization twice is set twice: the module's is last.
    config.customizationService = [config.customizationService ?? {}, ...sets];
  }
}

/**
 * @param {object} given
 * @param {Record<string, string>} refused
 */
function named(given, refused) {
  return Object.keys(given)
    .filter(name => Object.hasOwn(refused, name))
    .map(name => `${name} cannot be set: ${refused[name]}`);
}

/**
 * Whether an object at any depth has a key.
 *
 * @param {unknown} value
 * @param {string} key
 * @returns {boolean}
 */
function hasKey(value, key) {
  return isObject(value) && (key in value || Object.values(value).some(item => hasKey(item, key)));
}

/**
 * @param {unknown} value
 * @returns {value is object}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
