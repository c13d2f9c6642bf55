// Wraps a release's own configuration, which OHIFBUILD_CONFIG names, for the bundler that OHIFBUILD_BUNDLER names (webpack,
// rspack or rsbuild): what else the bundler is told stands here, and nowhere in OHIF's files. OHIFBUILD_MODULES names the
// file that receives the packages bundled, OHIFBUILD_REPORT the one that receives its errors and warnings,
// OHIFBUILD_TREE the source tree, OHIFBUILD_FOLDERS (JSON) folders of packages, which are looked into after all of OHIF's. What lies beside a node_modules
// among them looks there first.
'use strict';
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

// Child compilations that evaluate styles and the page while bundling, and ship nothing of their own code; with a warm
// cache they do not even happen.
const AT_BUILD_TIME = /^(?:mini-css-extract-plugin|css-extract|html-webpack-plugin|HtmlWebpackCompiler)/i;

class RecordPackages {
  apply(compiler) {
    compiler.hooks.done.tap('ohifbuild', stats => {
      writeReport(stats);
      const roots = new Set([bundlerOf(compiler)]);
      const visit = compilation => {
        for (const file of filesIn(compilation)) roots.add(packageOf(file));
        for (const child of compilation.children) if (!AT_BUILD_TIME.test(child.compiler.name)) visit(child);
      };
      visit(stats.compilation);
      const rows = [...roots].map(describe).filter(Boolean);
      rows.sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));
      const unique = rows.filter((row, n) => !n || JSON.stringify(row) !== JSON.stringify(rows[n - 1]));
      fs.writeFileSync(process.env.OHIFBUILD_MODULES, JSON.stringify(unique, null, 1) + '\n');
    });
  }
}

// What the bundler says about files, for OHIFBUILD_REPORT. An identifier is "layer|loaders!file?query".
function writeReport(stats) {
  const said = stats.toJson({ all: false, errors: true, warnings: true });
  const rowsOf = (severity, list) =>
    (list || []).map(({ moduleIdentifier, moduleName, message, loc }) => {
      const module = /([^!|]*)$/.exec(moduleIdentifier || moduleName || '')[1];
      return { severity, file: module.split('?')[0], message: String(message).slice(0, 4000), loc: String(loc ?? '') };
    });
  const rows = [...rowsOf('error', said.errors), ...rowsOf('warning', said.warnings)];
  fs.writeFileSync(process.env.OHIFBUILD_REPORT, JSON.stringify(rows.filter(row => row.file), null, 1) + '\n');
}

// The files that ship: of modules in chunks (one that was read, and that nothing needed, is in none), and copied ones.
function* filesIn(compilation) {
  for (const chunk of compilation.chunks) {
    for (const module of compilation.chunkGraph.getChunkModulesIterable(chunk)) yield* filesOf(module);
  }
  for (const { info } of compilation.getAssets()) {
    if (info?.sourceFilename) yield path.resolve(compilation.compiler.context, info.sourceFilename);
  }
}

function* filesOf(module) {
  for (const inner of module.modules || []) yield* filesOf(inner); // concatenated modules
  const file = module.resource || module.rootModule?.resource || module.nameForCondition?.();
  if (file) yield file;
}

// The folder of the package that a file is of: below node_modules by its place, else the nearest with a package.json.
function packageOf(file) {
  const installed = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file);
  if (installed) return installed[1];
  let folder = path.dirname(file);
  while (!fs.existsSync(path.join(folder, 'package.json')) && folder !== path.dirname(folder)) folder = path.dirname(folder);
  return folder;
}

// Its own runtime is in each entry chunk.
function bundlerOf(compiler) {
  const name = compiler.rspack ? '@rspack/core' : 'webpack';
  return path.dirname(require.resolve(`${name}/package.json`, { paths: [path.dirname(process.argv[1])] }));
}

function describe(root) {
  try {
    const { name, version = '', license = '' } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    return name && { name, version, licence: typeof license === 'string' ? license : String(license.type || '') };
  } catch {
    return undefined;
  }
}

// Chunk hashes are made of absolute paths too, content hashes only of what is in the file: with them, two builds in
// different folders give files of the same names.
function byContent(output) {
  for (const key of ['filename', 'chunkFilename', 'cssFilename', 'cssChunkFilename']) {
    if (typeof output[key] === 'string') output[key] = output[key].replace(/\[(?:chunk|full)?hash\b/g, '[contenthash');
  }
}

// The folders into which the user's packages are copied, without their node_modules.
const PACKAGES = /[\\/](?:extensions|modes)[\\/]ohifbuild-[^\\/]+[\\/](?!node_modules[\\/])/;
const JAVASCRIPT = /\.(?:[cm]?js|jsx)$/;
const ASSETS = /\.(?:webp|avif|ico|mp3|wav|mp4|webm|onnx)$/i;

// OHIF's Babel configuration reads every file as TypeScript, and so no JSX in .js and .jsx. OHIF has none; packages do.
function readJavaScriptOfPackages(config) {
  const rules = config.module?.rules || [];
  const transpile = rules.find(rule => /babel-loader/.test(rule?.loader) && rule.test?.test?.('x.jsx'));
  const added = [{ test: ASSETS, include: PACKAGES, type: 'asset/resource' }];
  if (transpile) {
    const isTheirs = file => JAVASCRIPT.test(file) && PACKAGES.test(file);
    transpile.exclude = [transpile.exclude || [], isTheirs].flat();
    const presets = [['@babel/preset-env', { modules: false }], '@babel/preset-react'];
    const options = { presets, configFile: false, babelrc: false, envName: transpile.options?.envName };
    added.push({ test: isTheirs, loader: transpile.loader, options });
  }
  config.module = { ...config.module, rules: [...rules, ...added] };
}

// An import such as "./loader.js!./x" would run a file of the package during the build.
class NoLoadersOfPackages {
  apply(compiler) {
    compiler.hooks.normalModuleFactory.tap('ohifbuild', factory => {
      factory.hooks.beforeResolve.tap('ohifbuild', ({ request, contextInfo }) => {
        const ours = /[\\/]ohifbuild-[^\\/]+[\\/]/;
        if (!request.includes('!') || !ours.test(contextInfo?.issuer)) return;
        // The loaders of styles ask for the rest of their chain in this way, by absolute paths in OHIF's node_modules.
        const loaders = request.replace(/^.*?!=!/, '').split('!').slice(0, -1).filter(Boolean);
        if (loaders.every(loader => path.isAbsolute(loader) && !ours.test(loader))) return;
        throw new Error(`'${request}' names a loader, which a package cannot do: import the file alone.`);
      });
    });
  }
}

function change(config) {
  config.devtool = false;
  config.plugins = [...(config.plugins || []), new RecordPackages(), new NoLoadersOfPackages()];
  const deterministic = { moduleIds: 'deterministic', chunkIds: 'deterministic', realContentHash: true };
  config.optimization = { ...config.optimization, ...deterministic };
  byContent(config.output);
  const folders = JSON.parse(process.env.OHIFBUILD_FOLDERS || '[]');
  const own = folders.filter(folder => path.basename(folder) === 'node_modules');
  if (folders.length) {
    config.resolve.modules = [...(config.resolve.modules || ['node_modules']), ...folders];
    // Otherwise a package could import any file of this machine, and with that put it into the viewer.
    config.resolve.restrictions = [...(config.resolve.restrictions || []), fs.realpathSync(process.env.OHIFBUILD_TREE)];
  }
  const nearest = folder => ({ include: path.dirname(folder) + path.sep, resolve: { modules: ['node_modules', '...'] } });
  config.module = { ...config.module, rules: [...(config.module?.rules || []), ...own.map(nearest)] };
  if (folders.length) readJavaScriptOfPackages(config);
  if (config.cache?.type === 'filesystem') {
    // A changed configuration makes what was kept of the build before worthless.
    const ours = [__filename, process.env.OHIFBUILD_CONFIG];
    config.cache.buildDependencies = { ...config.cache.buildDependencies, ours };
  }
  return config;
}

async function forWebpack(env, argv) {
  const original = require(process.env.OHIFBUILD_CONFIG);
  const exported = original.default ?? original;
  return change(await (typeof exported === 'function' ? exported(env, argv) : exported));
}

// Rsbuild makes the bundler's configuration itself, and hands it to the functions in tools.rspack, ours last.
async function forRsbuild() {
  const core = createRequire(process.argv[1]).resolve('@rsbuild/core');
  const { loadConfig } = await import(pathToFileURL(core).href);
  const options = { cwd: process.cwd(), path: process.env.OHIFBUILD_CONFIG, loader: 'jiti' };
  const { content } = await loadConfig(options);
  const tools = { ...content.tools, rspack: [content.tools?.rspack ?? [], change].flat() };
  return { ...content, tools, output: { ...content.output, sourceMap: false, minify: false } };
}

module.exports = process.env.OHIFBUILD_BUNDLER === 'rsbuild' ? forRsbuild : forWebpack;
