import { applyBuildProfile } from './.rspack/loadBuildProfile';
applyBuildProfile();

import { defineConfig } from '@rsbuild/core';
import { pluginReact } from '@rsbuild/plugin-react';
import fs from 'fs';
import path from 'path';
import resolveConfig from './.rspack/resolveConfig';
import writePluginImportsFile from './platform/app/.rspack/writePluginImportsFile';

const APP = path.resolve(__dirname, './platform/app');
const SOURCE = path.resolve(APP, 'src');
const DIST = path.resolve(APP, 'dist');
const PUBLIC = path.resolve(APP, 'public');
const PUBLIC_URL = process.env.PUBLIC_URL || '/';
const HTML_TEMPLATE = process.env.HTML_TEMPLATE || 'index.html';
const ENTRY_TARGET = process.env.ENTRY_TARGET || `${SOURCE}/index.js`;
const QUICK_BUILD = process.env.QUICK_BUILD === 'true';
const VERSION_NUMBER = fs.readFileSync(path.join(__dirname, './version.txt'), 'utf8');

export default defineConfig(({ env }: { env: string }) => {
  const isProd = env === 'production';
  const APP_CONFIG = process.env.APP_CONFIG || (isProd ? 'config/default.js' : 'config/dev.js');
  return {
    root: APP,
    source: {
      entry: { index: ENTRY_TARGET },
      define: { 'process.env.VERSION_NUMBER': JSON.stringify(VERSION_NUMBER) },
    },
    plugins: [pluginReact()],
    tools: {
      htmlPlugin: (config: Record<string, unknown>) => ({ ...config, minify: false }),
      rspack: {
        resolve: { mainFields: ['module', 'browser', 'main'], modules: resolveConfig.getModules(SOURCE) },
        optimization: { sideEffects: false },
      },
    },
    resolve: { alias: { ...writePluginImportsFile.getPluginResolveAliases(), ...resolveConfig.alias } },
    output: {
      cleanDistPath: true,
      assetPrefix: PUBLIC_URL,
      distPath: { root: DIST, js: '', jsAsync: '', css: '', cssAsync: '' },
      filename: {
        js: (pathData: { chunk?: { name?: string } }) =>
          pathData.chunk?.name === 'index' ? 'app.bundle.[contenthash:8].js' : '[name].bundle.[contenthash:8].js',
        css: (pathData: { chunk?: { name?: string } }) =>
          pathData.chunk?.name === 'index' ? 'app.bundle.css' : '[name].bundle.css',
      },
      minify: QUICK_BUILD ? false : undefined,
      legalComments: 'none',
      sourceMap: { js: QUICK_BUILD ? false : 'source-map', css: isProd && !QUICK_BUILD },
      copy: [
        ...(writePluginImportsFile(SOURCE) || []),
        ...fs
          .readdirSync(PUBLIC)
          .filter(entry => !['config', 'html-templates'].includes(entry))
          .map(entry => ({ from: path.join(PUBLIC, entry), to: path.join(DIST, entry) })),
        { from: path.isAbsolute(APP_CONFIG) ? APP_CONFIG : path.resolve(PUBLIC, APP_CONFIG), to: 'app-config.js' },
      ],
    },
    html: {
      template: path.resolve(PUBLIC, `html-templates/${HTML_TEMPLATE}`),
      templateParameters: { PUBLIC_URL },
    },
    server: { publicDir: false },
  };
});
