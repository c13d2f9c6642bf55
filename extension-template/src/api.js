/** Access to the early script's API. */

/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * The API of the early script, which index.html has normally run long before.
 *
 * In a viewer that ohifbuild did not build, the early script starts now. The only difference: the token stays in the
 * address bar until the viewer's own scripts have loaded.
 *
 * @returns {Promise<EarlyApi>}
 */
export async function earlyApi() {
  const present = /** @type {Record<symbol, EarlyApi>} */ (/** @type {any} */ (window))[Symbol.for('ohifbuild')];
  return present ?? (await import('./early/index.js')).start(window);
}
