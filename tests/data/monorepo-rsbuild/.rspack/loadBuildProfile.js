// The build profile in little: OHIF_ENV names a JSON file whose keys are the defaults of the build's variables. A
// variable that is set wins, and an unknown key ends the build.
const fs = require('fs');
const path = require('path');

const schema = require('../ohif.schema.json');
const VARIABLES = {
  pluginConfig: 'PLUGIN_CONFIG',
  appConfig: 'APP_CONFIG',
  publicUrl: 'PUBLIC_URL',
  htmlTemplate: 'HTML_TEMPLATE',
  entryTarget: 'ENTRY_TARGET',
};
let applied = false;

function applyBuildProfile() {
  const name = process.env.OHIF_ENV;
  if (applied || !name) return;
  applied = true;
  const profile = JSON.parse(fs.readFileSync(path.resolve(name), 'utf8'));
  const unknown = Object.keys(profile).filter(key => !schema.properties[key]);
  if (unknown.length) throw new Error(`Invalid OHIF_ENV profile: unknown key ${unknown}`);
  for (const [key, variable] of Object.entries(VARIABLES)) {
    const own = key === 'pluginConfig' || key === 'entryTarget';
    const value = profile[key] && own ? path.resolve(path.dirname(path.resolve(name)), profile[key]) : profile[key];
    if (value && !process.env[variable]) process.env[variable] = value;
  }
}

function resolvePluginConfigPath() {
  applyBuildProfile();
  const named = process.env.PLUGIN_CONFIG;
  return named ? path.resolve(named) : path.resolve(__dirname, '../platform/app/pluginConfig.json');
}

module.exports = { applyBuildProfile, resolvePluginConfigPath };
