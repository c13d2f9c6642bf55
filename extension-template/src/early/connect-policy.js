/** Content-Security-Policies that limit where the page may connect. */

import { allRoots } from '../contract/source.js';

/**
 * Lets the page connect to its own origin, the roots and the origins in `connect`, and to nothing else.
 *
 * The guards check the URLs that scripts ask for. A policy also covers what they cannot see: each step of a redirect,
 * `WebSocket`, `EventSource`, `sendBeacon`.
 *
 * A page that ohifbuild built already has this rule, in the `<meta>` policy that the build writes into index.html. A
 * viewer that uses this package without ohifbuild has no such policy, so the rule must be here too. The test "the page
 * may connect to its own origin, …" in early.test.js needs it.
 *
 * @param {Window} window
 * @param {import('../../types/early.js').Settings} settings
 */
export function addConnectPolicy(window, settings) {
  const { origin } = window.location;
  const origins = [...allRoots(settings), ...settings.connect].flatMap(place => originOf(place, origin));
  const others = [...new Set(origins)].filter(other => other !== origin);
  addPolicy(window, ["connect-src 'self' blob: data:", ...others].join(' '));
}

/**
 * Blocks every load and every connection of the page.
 *
 * @param {Window} window
 */
export function addBlockingPolicy(window) {
  addPolicy(window, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'");
}

/**
 * @param {Window} window
 * @param {string} content
 */
function addPolicy({ document }, content) {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = content;
  document.head.append(policy);
}

/**
 * @param {string} place path or absolute URL
 * @param {string} base
 * @returns {string[]} its origin; empty if it is not an http or https URL
 */
function originOf(place, base) {
  try {
    const { origin, protocol } = new URL(place, base);
    return protocol === 'http:' || protocol === 'https:' ? [origin] : [];
  } catch {
    return [];
  }
}
