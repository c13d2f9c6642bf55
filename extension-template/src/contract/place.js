/**
 * Decides which URLs are under a root, that is, where a token may be sent.
 *
 * A path is accepted only if all servers read it in the same way. Servers differ in when they decode `%2f`, `%5c` and
 * `%2e`, some decode twice, Java servers drop `;x` from a segment before they resolve `..`, and some accept overlong
 * UTF-8. So a path with any of these is under no root.
 */

const LETTERS = "-A-Za-z0-9_~!$&'()*+,:=@";
// The same characters percent-encoded, and the space; never a dot, a slash or a semicolon.
const ENCODED = '%(?:2[0146789A-Da-d]|3[0-9ADad]|4[0-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])';
const SEGMENT = `(?:[${LETTERS}]|${ENCODED})(?:[${LETTERS}.]|${ENCODED})*`;
const PLAIN = new RegExp(`^/(?:${SEGMENT}(?:/${SEGMENT})*/?)?$`);

/**
 * Whether all servers read a path in the same way.
 *
 * @param {string} path raw, as it is sent, from its first slash to before the `?`
 */
export function isPlain(path) {
  return PLAIN.test(path);
}

/**
 * The part of a raw path that is below a root, without its first slash; '' for the root itself. Check the path with
 * `isPlain` first.
 *
 * @param {string} path
 * @param {string} root a path without a slash at its end
 * @returns {string | undefined} undefined if the path is not under the root
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
 * @property {string} root the longest root that has it, as configured
 * @property {string} tail its raw path below that root
 */

/**
 * Prepares the configured roots.
 *
 * @param {readonly string[]} roots paths of this origin, or absolute http(s) URLs
 * @param {() => string} base the page's base URL, read each time because scripts can change it
 * @param {string} origin the page's own origin, for roots that are paths
 * @returns {(url: string) => Place | undefined} the place of a URL under the roots; undefined if it is not under one
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
 * The path of a JSON file that a link names, if links may name it: it must have this origin, have nothing but a path,
 * and match the pattern.
 *
 * @param {string} text as the link has it
 * @param {string} base the page's base URL
 * @param {string} origin the page's own
 * @param {string} pattern a path with one `{id}`; '' if links may not name any
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
 * and drops default ports. A URL with a user name is refused, because it is for another user's access.
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
