/**
 * Lets the bundler's runtime take its chunks from the files into which the build has joined them.
 *
 * webpack and Rspack keep a list on `window`, to which each chunk adds its modules. A third element of an entry is a
 * function that gets the runtime's `__webpack_require__`, before the entry module runs. Its `f.j` and `f.miniCss` load the
 * script and the style sheet of a chunk (webpack's JsonpChunkLoadingRuntimeModule; mini-css-extract-plugin).
 */

/** @typedef {import('../../types/early.js').StartupFiles} StartupFiles */
/** @typedef {(chunk: string | number, promises: Promise<unknown>[]) => void} Load */

const FILES = ['ohifbuild-startup-script', 'ohifbuild-startup-style'];

/**
 * Tells the runtime of this page to wait for the joined files. If one cannot be loaded, the runtime loads its chunks.
 *
 * @param {Window} window
 * @param {StartupFiles | undefined} files undefined if the build has joined none
 */
export function useStartupFiles(window, files) {
  if (!files) {
    return;
  }
  const [script, style] = FILES.map(id => ended(window, id));
  /** @type {Record<string, any>} */
  const shared = /** @type {any} */ (window);
  shared[files.queue] ??= [];
  shared[files.queue].push([
    ['ohifbuild-startup'],
    {},
    (/** @type {{f: Record<string, Load>}} */ { f }) => {
      wait(f, 'j', files.chunks, script);
      wait(f, 'miniCss', files.styled, style, true);
    },
  ]);
}

/**
 * When an element that loads something has loaded it, or has failed.
 *
 * @param {Window} window
 * @param {string} id of the element, which need not exist yet
 * @returns {Promise<boolean>} whether it has loaded
 */
function ended(window, id) {
  const { document } = window;
  return new Promise(resolve => {
    for (const type of ['load', 'error']) {
      // These events do not bubble, but the document sees them on their way to the element.
      document.addEventListener(
        type,
        event => /** @type {Element} */ (event.target).id === id && resolve(type === 'load'),
        true
      );
    }
  });
}

/**
 * @param {Record<string, Load>} loaders
 * @param {string} name of the loader; nothing is done if the runtime has no such loader
 * @param {readonly string[]} chunks that are in the joined file
 * @param {Promise<boolean>} file
 * @param {boolean} [complete] whether nothing is left to do for a chunk that has come with the file
 */
function wait(loaders, name, chunks, file, complete = false) {
  const load = loaders[name];
  const joined = new Set(chunks);
  if (!load) {
    return;
  }
  loaders[name] = (chunk, promises) => {
    if (!joined.has(String(chunk))) {
      load(chunk, promises);
      return;
    }
    promises.push(
      file.then(loaded => {
        /** @type {Promise<unknown>[]} */
        const own = [];
        if (!(loaded && complete)) {
          load(chunk, own); // a chunk that has come with the file is installed, and is not loaded again
        }
        return Promise.all(own);
      })
    );
  };
}
