import longitudinal from '@ohif/mode-longitudinal';
import { id } from './id';

const PANEL = 'react-ward.panelModule.ward';
const VIEWPORT = {
  namespace: 'react-ward.viewportModule.ward',
  displaySetsToDisplay: ['@ohif/extension-default.sopClassHandlerModule.stack'],
};

// The layout of the release's viewer, with the ward's panel on the right and its viewport for all images.
function withPanel(route) {
  return {
    ...route,
    async layoutTemplate(...args) {
      const layout = await route.layoutTemplate.call(this, ...args);
      const viewports = [VIEWPORT, ...layout.props.viewports];
      return { ...layout, props: { ...layout.props, viewports, rightPanels: [PANEL], rightPanelClosed: false } };
    },
  };
}

export default {
  id,
  async modeFactory(args) {
    const base = await longitudinal.modeFactory(args);
    return {
      ...base,
      id,
      routeName: 'ward',
      displayName: 'Ward',
      extensions: { ...base.extensions, 'react-ward': '^1.0.0' },
      routes: base.routes.map(withPanel),
      onModeEnter(services) {
        base.onModeEnter.call(this, services);
        const { toolbarService } = services.servicesManager.services;
        toolbarService.register([
          {
            id: 'WardGreet',
            uiType: 'ohif.toolButton',
            props: {
              icon: 'tool-more-menu',
              label: 'Greet the ward',
              commands: 'greetWard',
              evaluate: 'evaluate.action',
            },
          },
        ]);
        toolbarService.updateSection('primary', ['WardGreet']);
      },
    };
  },
};
