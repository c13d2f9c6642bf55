/** What of a module's configuration is merged, and what is refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeModule } from '../src/early/app-config-module.js';
import { openTab } from './host.js';

const REFUSED = {
  appConfig: { dataSources: 'use `data_sources`', oidc: 'use `access`' },
  customizations: { 'ohif.tours': 'the tour covers the first view' },
};

test('functions and customizations are merged, the module’s after the recipe’s', () => {
  const config = { maxNumberOfWebWorkers: 3, customizationService: { sorting: 1 } };
  const createLogoComponentFn = () => 'logo';
  mergeModule(
    config,
    { whiteLabeling: { createLogoComponentFn }, maxNumberOfWebWorkers: 2, customizationService: { sorting: 2 } },
    REFUSED
  );
  assert.deepEqual(config, {
    maxNumberOfWebWorkers: 2,
    whiteLabeling: { createLogoComponentFn },
    customizationService: [{ sorting: 1 }, { sorting: 2 }],
  });
});

for (const [why, given] of /** @type {[string, unknown][]} */ ([
  ['dataSources', { dataSources: [], whiteLabeling: {} }],
  [
    'oidc',
    {
      get oidc() {
        return [];
      },
    },
  ],
  ['ohif.tours', { customizationService: ['a', { 'ohif.tours': [] }] }],
  ['extensions', { modesConfiguration: { any: { extensions: {} } } }],
  ['an object', undefined],
  ['an object', () => ({})],
])) {
  test(`refused, and nothing is merged: ${why} in ${typeof given}`, () => {
    const config = { kept: 1 };
    assert.throws(() => mergeModule(config, given, REFUSED), new RegExp(why));
    assert.deepEqual(config, { kept: 1 });
  });
}

test('the early script offers both steps to app-config.js', () => {
  const { mergeModule: merge, configure } = openTab({ path: '/viewer?StudyInstanceUIDs=1.1#token=t' }).start();
  const config = { extensions: ['ours'] };
  configure(config);
  merge(config, { whiteLabeling: {} }, REFUSED);
  assert.deepEqual({ ...config }, { extensions: ['ours'], whiteLabeling: {} });
});
