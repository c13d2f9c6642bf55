/** Ends an element's use of a download when the element is done with it: told so, taken off the page, or collected. */

/**
 * @typedef {object} Loan
 * @property {boolean} open
 * @property {WeakRef<Element>} element
 * @property {() => void} end
 */

/**
 * @param {Window & typeof globalThis} window
 * @returns {(element: Element, release: () => void) => Loan}
 */
export function createLoans(window) {
  /** @type {Set<Loan>} */
  const loans = new Set();
  /** Elements that have been on the page. @type {WeakSet<Element>} */
  const seen = new WeakSet();
  // OHIF's viewports play videos in elements that are never put on the page: those are done with when collected.
  const collected = new FinalizationRegistry((/** @type {() => void} */ end) => end());

  const removals = new window.MutationObserver(() => {
    for (const loan of loans) {
      const element = loan.element.deref();
      if (element?.isConnected) {
        seen.add(element);
      } else if (!element || seen.has(element)) {
        loan.end(); // it was on the page and is gone; one that never was may still come
      }
    }
  });

  return (element, release) => {
    if (loans.size === 0) {
      removals.observe(window.document, { childList: true, subtree: true });
    }
    if (element.isConnected) {
      seen.add(element);
    }
    const loan = makeLoan(new WeakRef(element), ended => {
      loans.delete(ended);
      collected.unregister(ended);
      if (loans.size === 0) {
        removals.disconnect();
      }
      release();
    });
    loans.add(loan);
    collected.register(element, loan.end, loan);
    return loan;
  };
}

/**
 * Apart, so that no closure holds the element itself: it could never be collected.
 *
 * @param {WeakRef<Element>} element
 * @param {(loan: Loan) => void} close
 * @returns {Loan}
 */
function makeLoan(element, close) {
  /** @type {Loan} */
  const loan = {
    open: true,
    element,
    end() {
      if (loan.open) {
        loan.open = false;
        close(loan);
      }
    },
  };
  return loan;
}
