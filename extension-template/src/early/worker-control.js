/**
 * Gets a page its service worker when it first needs one, and lets the worker go with the last page that has it.
 *
 * The worker itself removes its registration, because only it knows which pages it has. A page asks it to when it leaves
 * and when it loads: a browser that was killed may have kept the registration. Chromium lets a page keep a worker whose
 * registration is gone; Firefox loses such a worker when it stops it for being idle (seen with Firefox 153).
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
    const controlled = new Promise(resolve => {
      workers.addEventListener('controllerchange', () => isOurs(workers.controller) && resolve(undefined));
    });
    const registration = await workers.register(href, { scope, updateViaCache: 'none' });
    if (!isOurs(workers.controller)) {
      // The worker of another tab has claimed its pages before this one was there.
      registration.active?.postMessage('claim');
      await controlled;
    }
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

  if (container) {
    const registrations = hideOurs(container, isOurs);
    registrations()
      .then(all => all.filter(each => isOurs(each.active)).forEach(each => each.active?.postMessage('end')))
      .catch(() => undefined); // storage is off
    window.addEventListener(
      'pagehide',
      () => found && isOurs(container.controller) && container.controller?.postMessage('end')
    );
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted && found) {
        found = undefined;
        void ready();
      }
    });
  }

  return { container, ready, isOurs };
}

/**
 * Leaves our registration out of what the page's scripts get: OHIF's init-service-worker.js removes all that it finds.
 *
 * @param {ServiceWorkerContainer} container
 * @param {(worker: ServiceWorker | null) => boolean} isOurs
 * @returns {() => Promise<readonly ServiceWorkerRegistration[]>} all registrations
 */
function hideOurs(container, isOurs) {
  const native = container.getRegistrations.bind(container);
  Object.defineProperty(container, 'getRegistrations', {
    configurable: true,
    value: async () => {
      const all = await native();
      return all.filter(({ active, waiting, installing }) => ![active, waiting, installing].some(isOurs));
    },
  });
  return native;
}
