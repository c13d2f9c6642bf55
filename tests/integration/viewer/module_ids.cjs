/** Prints the ids of the modules that scripts of a bundler define, as JSON. Arguments: the scripts. */
'use strict';
const fs = require('node:fs');
const vm = require('node:vm');

const found = new Set();
for (const path of process.argv.slice(2)) {
  const text = fs.readFileSync(path, 'utf8');
  // The entry script has its modules in a variable; what follows needs a browser.
  const own = /\/\/ The module cache/.exec(text);
  const script = own
    ? `${text.slice(0, own.index)}\nreport(__webpack_modules__);\n${text.includes('// webpackBootstrap') ? '})()' : '})()'}`
    : text;
  const chunks = { push: ([, modules]) => report(modules) };
  const report = modules => Object.keys(modules).forEach(id => found.add(id));
  const scope = { report, webpackChunk: chunks, rspackChunk: chunks, ohifbuildLater: () => () => undefined };
  vm.runInNewContext(script, Object.assign(scope, { self: scope }));
}
console.log(JSON.stringify([...found]));
