// The recipe's app_config_module: a logo, and a customization that this release does not have.
import { name } from './ward-name.js';

export default {
  whiteLabeling: {
    createLogoComponentFn: React => React.createElement('b', { id: 'module-logo' }, name),
  },
  customizationService: { 'ward.unknown': { $set: true } },
};
