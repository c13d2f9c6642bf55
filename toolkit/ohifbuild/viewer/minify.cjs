/**
 * Minifies scripts with oxc-minify, and prints the name of each when it is done.
 *
 * The argument is a JSON file: `addon`, the path of the Node addon; `root` and `out`, two folders; `names`, the scripts as
 * paths below `root`, which are written below `out`; `options` of oxc-minify. The licences that stood in comments go
 * into one file of `out`, each once.
 */

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { addon, root, out, names, options, licenses } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const { minifySync } = require(addon);
/** @type {Set<string>} */
const comments = new Set();

fs.mkdirSync(out, { recursive: true });
for (const name of names) {
  const { code, errors, legalComments } = minifySync(name, fs.readFileSync(path.join(root, name), 'utf8'), options);
  if (errors.length) {
    console.error(`${name}: ${errors[0].codeframe ?? errors[0].message}`);
    process.exit(1);
  }
  legalComments.forEach(comment => comments.add(comment));
  fs.mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
  fs.writeFileSync(path.join(out, name), code);
  console.log(name);
}
if (comments.size) {
  fs.writeFileSync(path.join(out, licenses), [...comments].join('\n\n') + '\n');
}
