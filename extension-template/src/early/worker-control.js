/**
 * Gets a page its service worker, when it first needs one.
 *
 * The registration is removed as soon as the worker controls the page. The browser then keeps the worker for this page
 * only, and ends it with the page: no later load of any page finds it (Service Workers, section "Clear Registration").
 * OHIF's init-service-worker.js, which removes all registrations when the page loads, has run long before.
 */

/** How long a page waits for its worker, in milliseconds. */
const PATIENCE = 3000;

/**
 * @typedef {object} WorkerControl
 * @property {ServiceWorkerContainer} [container] undefined if this page can have no worker
 * @property {() => Promise<boolean>} ready whether the page has its worker
 * @property {(source: MessageEventSource | null) => boolean} isOurs whether a message is from it
 */

/**
 * Prepares the control of one page's worker.
 *
 * @param {Window & typeof globalThis} window
 * @param {string} script its path; '' for none
 * @returns {WorkerControl}
 */
export function createWorkerControl(window, script) {
  const container = script && window.isSecureContext ? window.navigator.serviceWorker : undefined;
  const { href } = new URL(script, window.location.origin);
  // The browser compares scopes with the address that the page was loaded from.
  const scope = window.location.pathname;
  /** @type {Promise<boolean> | undefined} */
  let found;

  /** @param {{scriptURL?: string} | MessageEventSource | null | undefined} worker */
  const isOurs = worker => /** @type {{scriptURL?: string} | undefined} */ (worker)?.scriptURL === href;

  /** @param {ServiceWorkerContainer} workers */
  async function take(workers) {
    const registration = await workers.register(href, { scope, updateViaCache: 'none' });
    if (!isOurs(workers.controller)) {
      await new Promise(resolve => {
        workers.addEventListener('controllerchange', () => isOurs(workers.controller) && resolve(undefined));
      });
    }
    await registration.unregister();
    return true;
  }

  /** @returns {Promise<boolean>} */
  function ready() {
    found ??= container
      ? Promise.race([
          take(container).catch(() => false), // storage is off, a private window, no such file
          new Promise(resolve => void window.setTimeout(resolve, PATIENCE, false)),
        ])
      : Promise.resolve(false);
    return found;
  }

  return { container, ready, isOurs };
}
