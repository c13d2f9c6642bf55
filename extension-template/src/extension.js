/**
 * The OHIF extension. The early script (src/early) has taken the token out of the address and guards all requests; here
 * OHIF itself learns to live within the link.
 */

import { watchAbout } from './about.js';
import { earlyApi } from './api.js';
import { confine } from './data-source.js';
import { confineJson } from './dicom-json.js';
import { confineModes } from './modes.js';

/** @typedef {import('../types/ohif.js').ExtensionArguments} ExtensionArguments */
/** @typedef {import('../types/ohif.js').DataSourceEntry} DataSourceEntry */

export const ID = 'ohifbuild-token';
const STOCK = '@ohif/extension-default.dataSourcesModule';

/** Set in preRegistration, which OHIF awaits before it asks for modules. @type {import('../types/early.js').EarlyApi} */
let api;

const extension = {
  id: ID,

  /**
   * Runs before OHIF makes its data sources of ours, its modes and its routes.
   *
   * @param {ExtensionArguments} args
   */
  async preRegistration({ servicesManager, appConfig }) {
    api = await earlyApi();
    const { userAuthenticationService, customizationService } = servicesManager.services;

    keepDataSources(appConfig);
    lockAuthentication(userAuthenticationService);
    // A sign-in page would stand in the way of a link that needs none.
    delete appConfig.oidc;
    // The tour dims the first view of every new browser, which for a shared link is the only one there is. Up to 3.9 there
    // is none but what the configuration names.
    customizationService.setCustomizations?.(
      { 'ohif.tours': { $set: [] } },
      customizationService.Scope?.Global ?? 'global'
    );

    const names = [...(appConfig.modes ?? []), ...(window.modes ?? [])];
    const load = appConfig.peerImport;
    const modules = await Promise.all(names.map(mode => (typeof mode === 'string' && load ? load(mode) : mode)));
    confineModes(modules, api);
    watchAbout(window, api.settings.publicUrl);
  },

  /** @param {ExtensionArguments} args */
  getDataSourcesModule({ extensionManager }) {
    return [
      {
        name: 'dicomweb',
        type: 'webApi',
        /** @type {DataSourceEntry['createDataSource']} */
        createDataSource(...args) {
          // A link is either for studies or for a JSON file; following another one loads the page anew.
          const [name, wrap] = api.link().url === undefined ? ['dicomweb', confine] : ['dicomjson', confineJson];
          const stock = /** @type {DataSourceEntry} */ (extensionManager.getModuleEntry(`${STOCK}.${name}`));
          return wrap(stock.createDataSource(...args), api);
        },
      },
    ];
  },
};

/**
 * OHIF makes one route of each mode for each data source, as in `/viewer/NAME`: another source than ours would be a
 * way round the policy on priors and searches.
 *
 * @param {import('../types/ohif.js').AppConfig} appConfig
 */
function keepDataSources(appConfig) {
  const ours = (appConfig.dataSources ?? []).filter(({ namespace }) => namespace.startsWith(`${ID}.`));
  appConfig.dataSources = ours;
  if (!ours.some(({ sourceName }) => sourceName === appConfig.defaultDataSourceName)) {
    appConfig.defaultDataSourceName = ours[0]?.sourceName;
  }
}

/**
 * The guard sets the header on every request, so OHIF needs none of its own; and what OHIF itself would set later (its
 * handling of `?token=`, OpenID Connect) must not set it again or send the reader to a sign-in page.
 *
 * @param {import('../types/ohif.js').UserAuthenticationService} service
 */
function lockAuthentication(service) {
  const mine = { getAuthorizationHeader: () => ({}), handleUnauthenticated: () => null };
  service.setServiceImplementation(mine);
  const set = service.setServiceImplementation.bind(service);
  service.setServiceImplementation = implementation => set({ ...implementation, ...mine });
}

export default extension;
