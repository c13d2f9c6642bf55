/** Notices when an element no longer needs its download: its source changed, it left the page, or it was collected. */

/**
 * @typedef {object} Lifetime
 * @property {boolean} active
 * @property {WeakRef<Element>} element
 * @property {() => void} end
 */

/**
 * Watches elements of one page.
 *
 * @param {Window & typeof globalThis} window
 * @returns {(element: Element, onEnd: () => void) => Lifetime}
 */
export function createLifetimes(window) {
  /** @type {Set<Lifetime>} */
  const lifetimes = new Set();
  /** Elements that have been on the page. @type {WeakSet<Element>} */
  const seen = new WeakSet();
  // OHIF's viewports play videos in elements that never join the page. Garbage collection ends their lifetimes.
  const collected = new FinalizationRegistry((/** @type {() => void} */ end) => end());

  const mutations = new window.MutationObserver(() => {
    for (const lifetime of lifetimes) {
      const element = lifetime.element.deref();
      if (element?.isConnected) {
        seen.add(element);
      } else if (!element || seen.has(element)) {
        lifetime.end(); // it has left the page; an element that was never on the page may still join it
      }
    }
  });

  return (element, onEnd) => {
    if (lifetimes.size === 0) {
      mutations.observe(window.document, { childList: true, subtree: true });
    }
    if (element.isConnected) {
      seen.add(element);
    }
    const lifetime = createLifetime(new WeakRef(element), ended => {
      lifetimes.delete(ended);
      collected.unregister(ended);
      if (lifetimes.size === 0) {
        mutations.disconnect();
      }
      onEnd();
    });
    lifetimes.add(lifetime);
    collected.register(element, lifetime.end, lifetime);
    return lifetime;
  };
}

/**
 * A function of its own, so that no closure holds the element: it could never be collected.
 *
 * @param {WeakRef<Element>} element
 * @param {(lifetime: Lifetime) => void} onEnd
 * @returns {Lifetime}
 */
function createLifetime(element, onEnd) {
  /** @type {Lifetime} */
  const lifetime = {
    active: true,
    element,
    end() {
      if (lifetime.active) {
        lifetime.active = false;
        onEnd(lifetime);
      }
    },
  };
  return lifetime;
}
