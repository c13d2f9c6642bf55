// Plugins in little: a strict reader of the plugin configuration, the generated module that imports each of them, and
// the aliases by which the bundler finds their folders.
const fs = require('fs');
const path = require('path');
const { resolvePluginConfigPath } = require('../../../.rspack/loadBuildProfile');

const root = path.resolve(__dirname, '../../..');
const FIELDS = { packageName: 'string', default: 'boolean', directory: 'string' };
const config = JSON.parse(fs.readFileSync(resolvePluginConfigPath(), 'utf8'));
const plugins = [...config.extensions, ...config.modes];

for (const entry of plugins) {
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== FIELDS[key]) throw new Error(`Invalid pluginConfig.json: ${entry.packageName}: "${key}"`);
  }
}

function inTree(name) {
  for (const group of ['extensions', 'modes']) {
    for (const folder of fs.readdirSync(path.join(root, group))) {
      const manifest = path.join(root, group, folder, 'package.json');
      if (fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, 'utf8')).name === name) {
        return path.dirname(manifest);
      }
    }
  }
  return undefined;
}

function writePluginImportsFile(source) {
  const names = group => config[group].filter(entry => entry.default !== false).map(entry => entry.packageName);
  const lines = plugins.map(
    ({ packageName }) => `  if (module === "${packageName}") return (await import("${packageName}")).default;\n`
  );
  const text =
    `export const extensions = ${JSON.stringify(names('extensions'))};\n` +
    `export const modes = ${JSON.stringify(names('modes'))};\n` +
    `export async function loadModule(module) {\n  if (typeof module !== 'string') return module;\n${lines.join('')}` +
    `  return (await window.browserImportFunction(module)).default;\n}\n`;
  fs.writeFileSync(path.join(source, 'pluginImports.js'), text);
  return [];
}

writePluginImportsFile.getPluginResolveAliases = () =>
  Object.fromEntries(plugins.map(entry => [`${entry.packageName}$`, entry.directory || inTree(entry.packageName)]));

module.exports = writePluginImportsFile;
