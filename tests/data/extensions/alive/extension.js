// An extension of a ward: a logo, a command, a panel and a hanging protocol.
export default {
  id: 'alive',
  preRegistration({ appConfig, extensionManager }) {
    // As in stock OHIF, the data source is there while an extension registers.
    document.documentElement.dataset.sources = String(extensionManager.getDataSources()?.length);
    appConfig.whiteLabeling = {
      createLogoComponentFn: React => React.createElement('span', { id: 'ward-logo' }, 'Ward'),
    };
  },
  getCommandsModule: () => ({ definitions: { greetWard: { commandFn() {} } }, defaultContext: 'DEFAULT' }),
  getHangingProtocolModule: () => [],
  getPanelModule: () => [],
};
