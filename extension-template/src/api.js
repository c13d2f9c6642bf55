/** Gets the early script's API. */

/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

/**
 * Normally index.html has run the early script long before. Where it has not, because this package is used as it is in
 * a viewer that was not built by ohifbuild, it starts now: everything works but one thing, the token stays in the
 * address bar until the viewer's own scripts have loaded.
 *
 * @returns {Promise<EarlyApi>}
 */
export async function earlyApi() {
  const present = /** @type {Record<symbol, EarlyApi>} */ (/** @type {any} */ (window))[Symbol.for('ohifbuild')];
  return present ?? (await import('./early/index.js')).start(window);
}
