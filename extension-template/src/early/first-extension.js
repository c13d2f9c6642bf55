/**
 * Lets OHIF register our extension right after the release's own data sources.
 *
 * OHIF registers the extensions that are compiled in before those of `window.config`. Extensions that follow the
 * release's default extension may ask for a data source while they register, and stock OHIF has one by then. Ours can
 * only be there in time if it stands among the compiled ones. In every release from 3.9 to 3.14, `window.extensions` is
 * the list that `appInit` reads, not a copy, and it reads `extensions` of the configuration just before.
 */

/** The extension whose data sources ours wraps, so it has to be registered before. */
const RELEASE_SOURCES = '@ohif/extension-default';

/**
 * Moves the first of the configured extensions, which is ours.
 *
 * @param {Window} window
 * @param {{extensions?: string[]}} config `window.config`
 */
export function registerFirst(window, config) {
  const [ours, ...others] = config.extensions ?? [];
  if (ours === undefined) {
    return;
  }
  Object.defineProperty(config, 'extensions', {
    enumerable: true,
    get() {
      const compiled = window.extensions ?? [];
      const place = compiled.indexOf(RELEASE_SOURCES) + 1;
      if (place === 0) {
        return [ours, ...others];
      }
      if (!compiled.includes(ours)) {
        compiled.splice(place, 0, ours);
      }
      return others;
    },
  });
}
