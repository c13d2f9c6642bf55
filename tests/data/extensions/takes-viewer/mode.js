export default {
  id: 'takes-viewer-mode',
  async modeFactory({ loadModules }) {
    const [release] = await loadModules(['@ohif/mode-longitudinal']);
    return { ...(await release.modeFactory({ loadModules, modeConfiguration: {} })), routeName: 'viewer' };
  },
};
