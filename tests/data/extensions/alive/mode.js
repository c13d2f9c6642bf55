// A mode that is made from the release's own viewer mode.
export default {
  id: 'ward-mode',
  async modeFactory({ loadModules, modeConfiguration }) {
    const [release] = await loadModules(['@ohif/mode-longitudinal']);
    const base = await release.modeFactory({ loadModules, modeConfiguration });
    return base && { ...base, id: 'ward-mode', routeName: 'ward', displayName: 'Ward' };
  },
};
