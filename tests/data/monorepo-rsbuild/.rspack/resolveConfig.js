const path = require('path');

const root = path.resolve(__dirname, '..');
const installed = name => path.join(root, 'node_modules', name);

module.exports = {
  alias: {
    'react$': installed('react'),
    'react-dom$': installed('react-dom'),
    'react/jsx-runtime$': installed('react/jsx-runtime.js'),
    '@ohif/core$': path.join(root, 'platform/core'),
    '@ohif/app$': path.join(root, 'platform/app/src/index.js'),
  },
  getModules: source => ['node_modules', installed(''), path.join(root, 'platform/app/node_modules'), source],
};
