// Wraps a release's own webpack or Rspack configuration, which OHIFBUILD_CONFIG names: what the bundler is told beyond it
// stands here, and nowhere in OHIF's files. OHIFBUILD_MODULES names the file that receives the packages bundled.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const original = require(process.env.OHIFBUILD_CONFIG);

class RecordPackages {
  apply(compiler) {
    compiler.hooks.done.tap('ohifbuild', stats => {
      const roots = new Set();
      const visit = compilation => {
        for (const module of compilation.modules) collect(module, roots);
        for (const child of compilation.children) visit(child);
      };
      visit(stats.compilation);
      const rows = [...roots].map(describe).filter(Boolean);
      rows.sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));
      const unique = rows.filter((row, n) => !n || JSON.stringify(row) !== JSON.stringify(rows[n - 1]));
      fs.writeFileSync(process.env.OHIFBUILD_MODULES, JSON.stringify(unique, null, 1) + '\n');
    });
  }
}

function collect(module, roots) {
  for (const inner of module.modules || []) collect(inner, roots); // concatenated modules
  const file = module.resource || module.rootModule?.resource;
  const found = file && /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file);
  if (found) roots.add(found[1]);
}

function describe(root) {
  try {
    const { name, version = '', license = '' } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    return { name, version, licence: typeof license === 'string' ? license : String(license.type || '') };
  } catch {
    return undefined;
  }
}

module.exports = (env, argv) => {
  const config = typeof original === 'function' ? original(env, argv) : original;
  config.devtool = false;
  config.plugins = [...(config.plugins || []), new RecordPackages()];
  return config;
};
