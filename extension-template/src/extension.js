/**
 * The OHIF extension. The early script (src/early) has removed the token from the address and guards all requests. The
 * extension confines OHIF's data sources and modes to the link.
 */

import { extendAboutBox } from './about.js';
import { earlyApi } from './api.js';
import { applyBranding } from './branding.js';
import { confine } from './data-source.js';
import { confineJson } from './dicom-json.js';
import { recordLoading } from './loaded.js';
import { confineModes, forgetRegistered } from './modes.js';
import { recordCustomizations, recordReads } from './readings.js';

/** @typedef {import('../types/ohif.js').ExtensionArguments} ExtensionArguments */
/** @typedef {import('../types/ohif.js').DataSourceEntry} DataSourceEntry */
/** @typedef {import('../types/early.js').EarlyApi} EarlyApi */

export const ID = 'ohifbuild-token';
/** Where the build puts this package; OHIF loads it by this path. */
const FOLDER = new URL('.', import.meta.url).pathname;
const RELEASE_MODULES = '@ohif/extension-default.dataSourcesModule';

/** Set in preRegistration, which OHIF awaits before it gets modules. @type {EarlyApi} */
let api;

const extension = {
  id: ID,

  /**
   * Runs before OHIF creates data sources, modes and routes.
   *
   * @param {ExtensionArguments} args
   */
  async preRegistration({ servicesManager, extensionManager, appConfig }) {
    api = await earlyApi();
    const loading = recordLoading(window);
    loading.watchExtensions(extensionManager, followers(appConfig));
    const { userAuthenticationService, customizationService } = servicesManager.services;

    const read = new Set();
    recordReads(appConfig, read);
    recordReads(window.config ?? {}, read);
    loading.add('read', () => [...read]);
    loading.add('customizations', recordCustomizations(customizationService, loading.registering));
    removeOtherDataSources(appConfig);
    disableAuthentication(userAuthenticationService);
    applyBranding(window.document, appConfig, api.settings.branding);
    // A link needs no sign-in page.
    delete appConfig.oidc;
    const { httpErrorHandler } = appConfig;
    appConfig.httpErrorHandler = error => {
      onImageError(error, api);
      httpErrorHandler?.(error);
    };
    // The tour covers the first view in a new browser, which for a shared link is often the only view. Releases up to
    // 3.9 have no tour of their own.
    customizationService.setCustomizations?.(
      { 'ohif.tours': { $set: [] } },
      customizationService.Scope?.Global ?? 'global'
    );

    // Extensions that register after ours may add data sources and a sign-in.
    confineModes(await listedModes(appConfig), appConfig, api, loading, modes => {
      forgetRegistered(modes, extensionManager.registeredExtensionIds ?? []);
      removeOtherDataSources(appConfig);
      forgetOtherDataSources(extensionManager, appConfig);
      delete appConfig.oidc;
    });
    extendAboutBox(window, api.settings.publicUrl);
  },

  /** @param {ExtensionArguments} args */
  getDataSourcesModule({ extensionManager }) {
    return [
      {
        name: 'dicomweb',
        type: 'webApi',
        /** @type {DataSourceEntry['createDataSource']} */
        createDataSource(...args) {
          // A link names either studies or a JSON file. To follow another link loads the page again.
          const [name, wrap] = api.link().url === undefined ? ['dicomweb', confine] : ['dicomjson', confineJson];
          const release = /** @type {DataSourceEntry} */ (
            extensionManager.getModuleEntry(`${RELEASE_MODULES}.${name}`)
          );
          return wrap(release.createDataSource(...args), api);
        },
      },
    ];
  },
};

/**
 * The extensions that OHIF registers after ours, by the names or URLs that it loads them by.
 *
 * @param {import('../types/ohif.js').AppConfig} appConfig
 */
function followers(appConfig) {
  const sources = [...(window.extensions ?? []), ...(appConfig.extensions ?? [])].map(sourceOf);
  return sources.slice(sources.findIndex(source => source.startsWith(FOLDER)) + 1);
}

/**
 * @param {unknown} listed a name, a module, or a pair of one of them with its configuration
 * @returns {string}
 */
function sourceOf(listed) {
  const entry = Array.isArray(listed) ? listed[0] : listed;
  return typeof entry === 'string' ? entry : String(entry?.id ?? '');
}

/**
 * Every mode that OHIF will use. One that cannot be loaded has no module; OHIF then stops, and says why.
 *
 * @param {import('../types/ohif.js').AppConfig} appConfig
 */
function listedModes(appConfig) {
  const load = appConfig.peerImport;
  const listed = [...(appConfig.modes ?? []), ...(window.modes ?? [])];
  return Promise.all(
    listed.map(async mode => {
      const module = typeof mode === 'string' && load ? await load(mode).catch(() => undefined) : mode;
      return { source: sourceOf(mode), module };
    })
  );
}

/**
 * Shows a message for an image that has arrived and cannot be shown; OHIF leaves its viewport black. The early script
 * has seen what the archive refused; OHIF's errors for that have a status, and cornerstone's say 'got status'.
 *
 * @param {any} error as OHIF passes it on; cornerstone puts its own inside
 * @param {EarlyApi} early
 */
function onImageError(error, early) {
  const cause = error?.error ?? error;
  const seen = typeof cause?.status === 'number' || /status|abort|fetch/i.test(`${cause?.name} ${cause?.message}`);
  if (cause instanceof Error && !seen) {
    early.report('failed', 'part');
  }
}

/**
 * OHIF creates a route for each pair of mode and data source, as in `/viewer/NAME`. Another data source would not
 * follow the settings for priors and searches.
 *
 * @param {import('../types/ohif.js').AppConfig} appConfig
 */
function removeOtherDataSources(appConfig) {
  const ours = (appConfig.dataSources ?? []).filter(({ namespace }) => namespace.startsWith(`${ID}.`));
  appConfig.dataSources = ours;
  if (!ours.some(({ sourceName }) => sourceName === appConfig.defaultDataSourceName)) {
    appConfig.defaultDataSourceName = ours[0]?.sourceName;
  }
}

/**
 * Takes from OHIF's extension manager the data sources that the configuration does not name, and makes ours the active
 * one again. Private members, but the same in every release from 3.9 to 3.14.
 *
 * @param {import('../types/ohif.js').ExtensionManager} manager
 * @param {import('../types/ohif.js').AppConfig} appConfig
 */
function forgetOtherDataSources(manager, appConfig) {
  const names = (appConfig.dataSources ?? []).map(({ sourceName }) => sourceName);
  for (const map of [manager.dataSourceMap, manager.dataSourceDefs]) {
    Object.keys(map ?? {}).forEach(name => names.includes(name) || delete map?.[name]);
  }
  if (!names.includes(String(manager.activeDataSourceName)) && appConfig.defaultDataSourceName) {
    manager.setActiveDataSource?.(appConfig.defaultDataSourceName);
  }
}

/**
 * The early script sets the header on every request. OHIF (for `?token=` or OpenID Connect) must not set another one,
 * or send the user to a sign-in page.
 *
 * @param {import('../types/ohif.js').UserAuthenticationService} service
 */
function disableAuthentication(service) {
  const disabled = { getAuthorizationHeader: () => ({}), handleUnauthenticated: () => null };
  service.setServiceImplementation(disabled);
  const set = service.setServiceImplementation.bind(service);
  service.setServiceImplementation = implementation => set({ ...implementation, ...disabled });
}

export default extension;
