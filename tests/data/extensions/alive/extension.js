// An extension of a ward: a command and modules that are empty, as OHIF's templates write them.
export default {
  id: 'alive',
  preRegistration({ extensionManager }) {
    // As in stock OHIF, the data source is there while an extension registers.
    document.documentElement.dataset.sources = String(extensionManager.getDataSources()?.length);
  },
  getCommandsModule: () => ({ definitions: { greetWard: { commandFn() {} } }, defaultContext: 'DEFAULT' }),
  getHangingProtocolModule: () => [],
  getPanelModule: () => {},
};
