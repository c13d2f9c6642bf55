import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { label } from '@ohif/core';
import { extensions, loadModule } from './pluginImports';
import './app.css';

const show = page => createRoot(document.getElementById('root')).render(page);
const worker = new Worker(new URL('./worker.js', import.meta.url));

async function start() {
  const configured = window.config.extensions || [];
  const names = [...extensions, ...configured];
  const modules = await Promise.all(extensions.map(loadModule));
  const panels = modules.flatMap(module => module.getPanelModule?.() ?? []);
  const counted = await new Promise(resolve => {
    worker.onmessage = event => resolve(event.data);
    worker.postMessage(names.length);
  });
  const { Page } = await import('./Page');
  show(createElement(Page, { title: label(process.env.VERSION_NUMBER), panels, counted }));
}

start();
