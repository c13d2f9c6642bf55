import { label } from '@ohif/core';
import { extensions } from './pluginImports';

import('./lazy').then(lazy => lazy.start(label(7), extensions));
