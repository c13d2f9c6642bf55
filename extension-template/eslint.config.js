/** ESLint's rules for the template. Types are TypeScript's to check (`npm run typecheck`), layout is Prettier's. */

import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import globals from 'globals';

/** Globals of Node that no browser has. */
const NODE_ONLY = Object.keys(globals.node).filter(name => !(name in globals.browser));

export default [
  { ignores: ['node_modules/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { ecmaVersion: 2025, sourceType: 'module' },
    plugins: { jsdoc },
    rules: {
      complexity: ['error', 15],
      'max-lines': ['error', 350],
      'max-depth': ['error', 3],
      'max-params': ['error', 5],
      curly: 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'consistent-return': 'error',
      'default-case-last': 'error',
      'no-else-return': 'error',
      'no-implicit-coercion': 'error',
      'no-param-reassign': 'error',
      'no-shadow': 'error',
      'no-throw-literal': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-use-before-define': ['error', { functions: false }],
      'no-useless-return': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
      'jsdoc/check-alignment': 'error',
      'jsdoc/check-param-names': 'error',
      'jsdoc/check-tag-names': 'error',
      'jsdoc/require-param': 'error',
      'jsdoc/require-param-name': 'error',
      'jsdoc/require-param-type': 'error',
    },
  },
  {
    files: ['src/**/*.js'],
    languageOptions: { globals: globals.browser },
    rules: {
      'no-console': 'error', // a console keeps what is written to it, and what is written may hold a token
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-globals': ['error', ...NODE_ONLY],
      'jsdoc/require-jsdoc': ['error', { publicOnly: true }],
      'jsdoc/require-description': ['error', { contexts: ['ExportNamedDeclaration > FunctionDeclaration'] }],
    },
  },
  {
    files: ['test/**/*.js', 'eslint.config.js'],
    languageOptions: { globals: { ...globals.node, window: 'readonly' } }, // the tests define a window
  },
];
