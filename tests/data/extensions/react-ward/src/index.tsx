import React from 'react';
import { Enums, metaData } from '@cornerstonejs/core';
import { ToolGroupManager } from '@cornerstonejs/tools';
import { Toolbar } from '@ohif/extension-default';
import type { withAppTypes } from '@ohif/extension-default';
import packageJson from '../package.json';
import { WardPanel } from './WardPanel';
import { WardViewport } from './WardViewport.jsx';

export type Arguments = withAppTypes;

const seen = { ward: 0 };

export default {
  id: packageJson.name,

  preRegistration() {
    Object.assign(window, {
      wardReact: React,
      wardHas: {
        cornerstone: Boolean(metaData.get) && Enums.ViewportType.STACK,
        tools: typeof ToolGroupManager.getToolGroup,
        default: typeof Toolbar,
      },
    });
  },

  getPanelModule: () => [
    { name: 'ward', iconName: 'tab-linear', iconLabel: 'Ward', label: 'Ward', component: WardPanel },
  ],

  getViewportModule: () => [{ name: 'ward', component: WardViewport }],

  getCommandsModule: () => ({
    defaultContext: 'DEFAULT',
    definitions: {
      greetWard: {
        commandFn() {
          seen.ward += 1;
          document.documentElement.dataset.ward = String(seen.ward);
        },
      },
    },
  }),
};
