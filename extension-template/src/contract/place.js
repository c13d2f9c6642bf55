/**
 * What lies under a root: the paths that a token may go to.
 *
 * A path counts as what it says only if every server reads it alike. Servers differ in when they decode `%2f`, `%5c` and
 * `%2e`, some decode twice, Java servers drop `;x` from a segment before they resolve `..`, and some accept overlong UTF-8. So
 * a path with any of these is under no root.
 */

const LETTERS = "-A-Za-z0-9_~!$&'()*+,:=@";
// The same characters percent-encoded, and the space; never a dot, a slash or a semicolon.
const ENCODED = '%(?:2[0146789A-Da-d]|3[0-9ADad]|4[0-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])';
const SEGMENT = `(?:[${LETTERS}]|${ENCODED})(?:[${LETTERS}.]|${ENCODED})*`;
const PLAIN = new RegExp(`^/(?:${SEGMENT}(?:/${SEGMENT})*/?)?$`);

/**
 * Whether every server reads a path alike.
 *
 * @param {string} path raw, as it is sent, from its first slash to before the `?`
 */
export function isPlain(path) {
  return PLAIN.test(path);
}

/**
 * What of a raw path is below a root (a path without a slash at its end), without its first slash; '' for the root
 * itself. Whether the path is plain is the caller's to ask.
 *
 * @param {string} path
 * @param {string} root
 * @returns {string | undefined} undefined where the path is not under the root
 */
export function below(path, root) {
  if (path === root) {
    return '';
  }
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

/**
 * @typedef {object} Place
 * @property {URL} url absolute
 * @property {string} root the longest root that it is under, as configured
 * @property {string} tail its raw path below that root
 */

/**
 * @param {readonly string[]} roots paths of this origin, or absolute http(s) URLs
 * @param {() => string} base the page's base URL, asked anew each time because scripts can move it
 * @param {string} origin the page's own origin, for roots that are paths
 * @returns {(url: string) => Place | undefined} where a URL lies under the roots, if it does
 */
export function createRoots(roots, base, origin) {
  const known = roots.flatMap(name => {
    const root = parse(name, origin);
    return root ? [{ name, origin: root.origin, path: root.pathname.replace(/\/$/, '') }] : [];
  });
  return text => {
    const url = parse(text, base());
    if (!url || !isPlain(url.pathname)) {
      return undefined;
    }
    const places = known.flatMap(root => {
      const tail = root.origin === url.origin ? below(url.pathname, root.path) : undefined;
      return tail === undefined ? [] : [{ url, root: root.name, tail }];
    });
    return places.sort((one, other) => one.tail.length - other.tail.length)[0];
  };
}

/**
 * The path of a JSON file that a link names, if it is one that links may name: of this origin, with nothing but a path,
 * which fits the pattern.
 *
 * @param {string} text as the link has it
 * @param {string} base the page's base URL
 * @param {string} origin the page's own
 * @param {string} pattern a path with one `{id}`; '' where links may name none
 * @returns {string | undefined}
 */
export function jsonFile(text, base, origin, pattern) {
  const url = parse(text, base);
  const [before, after] = pattern.split('{id}');
  if (!url || after === undefined || url.href !== origin + url.pathname || !isPlain(url.pathname)) {
    return undefined;
  }
  const fits = url.pathname.startsWith(before) && url.pathname.endsWith(after);
  const id = url.pathname.slice(before.length, url.pathname.length - after.length);
  return fits && /^[\w.-]+$/.test(id) ? url.pathname : undefined;
}

/**
 * The URL parser itself resolves `.` and `..` (also as %2e), turns backslashes into slashes, lowers the host's case
 * and drops default ports. A URL with credentials counts as none: someone wants to be somebody else there.
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
