// The shape of a viewer's configuration in little: plugins are read from pluginConfig.json into a generated module,
// chunks are named by their chunk hash, the page and the configuration are put beside them. For webpack and for Rspack.
const fs = require('fs');
const path = require('path');
const plugins = require('../pluginConfig.json');

const app = path.resolve(__dirname, '..');
const known = [...plugins.extensions, ...plugins.modes];
const names = known.map(plugin => plugin.packageName);
const folders = known.filter(plugin => plugin.directory).map(plugin => [plugin.packageName, plugin.directory]);
const imports = names.map((name, n) => `import plugin${n} from '${name}';\n`).join('');
const list = names.map((_, n) => `plugin${n}`).join(', ');
fs.writeFileSync(path.join(app, 'src/pluginImports.js'), `${imports}export const extensions = [${list}];\n`);

class Page {
  apply(compiler) {
    compiler.hooks.thisCompilation.tap('Page', compilation => {
      const { sources, Compilation } = compiler.webpack;
      const stage = Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tap({ name: 'Page', stage }, () => {
        const script = [...compilation.entrypoints.get('app').getFiles()].find(name => name.endsWith('.js'));
        const page = fs.readFileSync(path.join(app, 'public/index.html'), 'utf8');
        const config = fs.readFileSync(path.join(app, 'public', process.env.APP_CONFIG), 'utf8');
        const tag = `<script src="${process.env.PUBLIC_URL}${script}"></script></body>`;
        compilation.emitAsset('index.html', new sources.RawSource(page.replace('</body>', tag)));
        compilation.emitAsset('app-config.js', new sources.RawSource(config));
        // As plugins that copy say where from.
        const logo = '../../logo/logo.svg';
        const copied = new sources.RawSource(fs.readFileSync(path.resolve(compiler.context, logo)));
        compilation.emitAsset('logo.svg', copied, { copied: true, sourceFilename: logo });
      });
    });
  }
}

module.exports = () => ({
  mode: process.env.NODE_ENV,
  devtool: 'source-map',
  context: path.join(app, 'src'),
  entry: { app: './index.js' },
  output: {
    path: path.join(app, 'dist'),
    filename: '[name].bundle.[chunkhash].js',
    publicPath: process.env.PUBLIC_URL,
  },
  optimization: { minimize: process.env.QUICK_BUILD !== 'true' },
  cache: process.argv[1].includes('rspack') ? true : { type: 'filesystem' },
  resolve: {
    modules: [path.resolve(app, 'node_modules'), path.resolve(app, '../../node_modules')],
    alias: Object.fromEntries(folders),
    mainFields: ['module', 'browser', 'main'],
  },
  plugins: [new Page()],
});
