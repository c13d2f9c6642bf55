/**
 * Reads what a dist got from a recipe: a line of JSON `{script, page}` in, `{literal, value, page}` out. `literal` is
 * what the script assigns, read from its syntax tree, in which nothing but a literal is allowed; `value` is what
 * running it assigns; `page` are the elements and comments of the page as a browser's parser finds them.
 */

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { createContext, runInContext } from 'node:vm';

const require = createRequire(new URL('../../extension-template/package.json', import.meta.url));
const { parse: parseScript } = require('acorn');
const { parse: parsePage } = await import(require.resolve('parse5'));

const CONFIGURE = 'window[Symbol.for("ohifbuild")]?.configure(window.config);';

function literal(node) {
  switch (node.type) {
    case 'Literal':
      if (node.regex || node.bigint) throw new Error('neither JSON');
      return node.value;
    case 'UnaryExpression':
      if (node.operator !== '-' || typeof node.argument.value !== 'number') throw new Error('not a number');
      return -node.argument.value;
    case 'ArrayExpression':
      return node.elements.map(literal);
    case 'ObjectExpression':
      return Object.fromEntries(
        node.properties.map(({ type, kind, computed, method, shorthand, key, value }) => {
          if (type !== 'Property' || kind !== 'init' || computed || method || shorthand || key.type !== 'Literal') {
            throw new Error('not a plain property');
          }
          if (key.value === '__proto__') throw new Error('sets the prototype');
          return [key.value, literal(value)];
        })
      );
    default:
      throw new Error(`code: ${node.type}`);
  }
}

function assigned(script) {
  const { body } = parseScript(script, { ecmaVersion: 'latest', sourceType: 'script' });
  const [first, second] = body;
  const { type, operator, left, right } = first.expression;
  const isConfig = script.slice(left.start, left.end) === 'window.config';
  if (body.length !== 2 || type !== 'AssignmentExpression' || operator !== '=' || !isConfig) {
    throw new Error('other code');
  }
  if (script.slice(second.start, second.end) !== CONFIGURE) throw new Error('other code at the end');
  return literal(right);
}

function run(script) {
  const context = createContext({ window: {} });
  runInContext(script, context);
  return JSON.parse(JSON.stringify(context.window.config));
}

function* nodes(node) {
  for (const child of node.childNodes ?? []) {
    if (child.nodeName !== '#text') {
      const attributes = Object.fromEntries((child.attrs ?? []).map(({ name, value }) => [name, value]));
      const text = (child.childNodes ?? []).map(({ value }) => value ?? '').join('');
      yield { name: child.nodeName, attributes, text };
    }
    yield* nodes(child);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { script, page } = JSON.parse(line);
  let answer;
  try {
    answer = { literal: assigned(script), value: run(script), page: [...nodes(parsePage(page))] };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
