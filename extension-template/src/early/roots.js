/** Decides whether a URL lies under the configured roots: the one place where a token may go. */

/**
 * @param {readonly string[]} roots paths of this origin, or absolute http(s) URLs
 * @param {() => string} base the page's base URL, asked anew each time because scripts can move it
 * @param {string} origin the page's own origin, for roots that are paths
 * @returns {(url: string) => boolean}
 */
export function createRoots(roots, base, origin) {
  const known = roots.flatMap(root => {
    const url = parse(root, origin);
    const path = url && plainPath(url.pathname);
    return url && path !== undefined ? [{ origin: url.origin, path: path.replace(/\/+$/, '') }] : [];
  });
  return text => {
    const url = parse(text, base());
    if (!url) {
      return false;
    }
    const path = plainPath(url.pathname);
    return (
      path !== undefined &&
      known.some(root => root.origin === url.origin && (path === root.path || path.startsWith(`${root.path}/`)))
    );
  };
}

/**
 * The URL parser itself resolves `.` and `..` (also as %2e), turns backslashes into slashes, lowers the host's case
 * and drops default ports. A URL with credentials counts as outside: someone wants to be somebody else there.
 *
 * @param {string} text
 * @param {string} base
 * @returns {URL | undefined}
 */
function parse(text, base) {
  try {
    const url = new URL(text, base);
    const web = url.protocol === 'http:' || url.protocol === 'https:';
    return web && !url.username && !url.password ? url : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The path as the laxest server would understand it, or undefined where that differs from how the browser does:
 * servers decode `%2f` or `%5c` before they resolve `..`, some decode twice, and Java servers read `..;x` as `..`.
 *
 * @param {string} pathname
 * @returns {string | undefined}
 */
function plainPath(pathname) {
  let path = pathname;
  for (let round = 0; ; round += 1) {
    let next;
    try {
      next = decodeURIComponent(path);
    } catch {
      return undefined;
    }
    if (next === path) {
      break;
    }
    if (round === 3) {
      return undefined;
    }
    path = next;
  }
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused here
  if (/[\x00-\x1f\x7f]/.test(path)) {
    return undefined;
  }
  const climbs = path.split(/[/\\]/).some(segment => /^\.{1,2}(?:;|$)/.test(segment));
  return climbs ? undefined : path;
}
