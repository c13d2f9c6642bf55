/**
 * Meets mutants of the template's files with the template's tests, all in one process.
 *
 * Stryker puts all mutants of a file into one source, where a number switches one on; it also counts which test reaches
 * which. A mutant of what a file does while it loads is loaded anew, with the test files; so is a given whole source.
 *
 * Input, on stdin: `files`, `tests`, `given` (`{file, line, change, source}`), which mutants by number (`shard`: remainder
 * and divisor, `skip`, `chosen`), and `names`: only name them. Output: lines of JSON, `{file, line, change, outcome}`.
 */

import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { commonTokens } from '@stryker-mutator/api/plugin';
import { createInstrumenter } from '@stryker-mutator/instrumenter';
import { createInjector } from 'typed-inject';

const { files, tests, given, shard, skip, chosen, names } = JSON.parse(readFileSync(0, 'utf8'));
const silent = () => {};
const logger = { debug: silent, info: silent, warn: silent, isDebugEnabled: () => false };
const space = /** @type {any} */ ((globalThis).__stryker__ = { mutantCoverage: { static: {}, perTest: {} } });

const registry = new URL('registry.js', import.meta.url).href;
const { passes, taken } = await import(registry);
process.on('unhandledRejection', silent);

const instrumenter = createInjector()
  .provideValue(commonTokens.logger, /** @type {any} */ (logger))
  .injectFunction(createInstrumenter);
const texts = new Map(files.map((/** @type {string} */ file) => [file, readFileSync(file, 'utf8')]));
const instrumented = await instrumenter.instrument(
  [...texts].map(([name, content]) => ({ name, content, mutate: true })),
  { plugins: null, excludedMutations: [], ignorers: [] }
);

const mutants = [
  ...instrumented.mutants.map(mutant => ({ ...named(mutant), id: mutant.id, source: undefined })),
  ...given.map((/** @type {any} */ mutant, /** @type {number} */ index) => ({ ...mutant, id: `given${index}` })),
];

if (names) {
  mutants.forEach(mutant => say(mutant, 'named'));
  await end(0);
}

register(new URL('hooks.js', import.meta.url).href, {
  data: {
    registry,
    sources: Object.fromEntries([
      ...instrumented.files.map(({ name, content }) => [pathToFileURL(name).href, content]),
      ...mutants
        .filter(({ source }) => source)
        .map(({ file, id, source }) => [`${pathToFileURL(file).href}?run=${id}`, source]),
    ]),
  },
});

/** @type {{file: string, id: string, test: any, seconds: number}[]} */
const all = [];
for (const file of tests) {
  all.push(...(await loaded(file, 'first')).map((test, index) => ({ file, id: `${file} ${index}`, test, seconds: 0 })));
}
for (const one of all) {
  space.currentTestId = one.id;
  const began = performance.now();
  if (!(await passes(one.test))) {
    await fault(`${one.file}: '${one.test.name}' fails without any mutant.`);
  }
  one.seconds = (performance.now() - began) / 1000;
  say({ file: one.file, line: 0, change: one.test.name }, 'passed');
}
space.currentTestId = undefined;
const { perTest, static: whileLoading } = space.mutantCoverage;
all.sort((one, other) => one.seconds - other.seconds);

const filesOf = new Map(files.map((/** @type {string} */ file) => [file, reached(mutantsOf(file))]));

for (const [index, mutant] of mutants.entries()) {
  if (index % shard[1] !== shard[0] || skip.includes(index) || (chosen && !chosen.includes(index))) {
    continue;
  }
  say(mutant, 'begins', index);
  say(mutant, (await dies(mutant)) ? 'killed' : 'survived', index);
}

for (const { file, test } of all) {
  if (!(await passes(test))) {
    await fault(`${file}: '${test.name}' fails without any mutant, after others: they have left something.`);
  }
  say({ file, line: 0, change: test.name }, 'passed');
}
say({ file: '', line: 0, change: '' }, 'all');
await end(0);

/**
 * @param {string} change
 */
async function fault(change) {
  say({ file: '', line: 0, change }, 'fault');
  await end(1);
}

/** @param {number} code */
async function end(code) {
  await new Promise(resolve => process.stdout.write('', () => resolve(undefined)));
  process.exit(code);
}

/** @param {any} mutant */
async function dies({ id, file, source }) {
  const counts = all.map(one => perTest[one.id]?.[id] ?? 0);
  space.activeMutant = id;
  space.hitCount = 0;
  space.hitLimit = 100 * (whileLoading[id] ?? 0) + 100 * counts.reduce((sum, count) => sum + count, 0);
  try {
    for (const [index, one] of all.entries()) {
      if (counts[index] && !(await passes(one.test))) {
        // It will notice the next mutants nearby too.
        all.splice(index, 1);
        all.unshift(one);
        return true;
      }
    }
    if (source || whileLoading[id]) {
      for (const tested of filesOf.get(file)) {
        for (const test of await loaded(tested, id)) {
          if (!(await passes(test))) {
            return true;
          }
        }
      }
    }
    return false;
  } catch {
    return true; // it does not load
  } finally {
    space.activeMutant = undefined;
    space.hitCount = undefined;
    await new Promise(resolve => setImmediate(resolve));
    taken();
  }
}

/**
 * @param {string} file
 * @param {string} run
 */
async function loaded(file, run) {
  await import(`${pathToFileURL(file).href}?run=${run}`);
  return taken();
}

/** @param {string} file */
function mutantsOf(file) {
  return instrumented.mutants.filter(mutant => mutant.fileName === file).map(({ id }) => id);
}

/**
 * The test files that reach one of the mutants, the quickest first.
 *
 * @param {string[]} ids
 */
function reached(ids) {
  /** @type {Map<string, number>} */
  const seconds = new Map();
  all.forEach(one => seconds.set(one.file, (seconds.get(one.file) ?? 0) + one.seconds));
  const reaching = new Set(all.filter(one => ids.some(id => perTest[one.id]?.[id])).map(({ file }) => file));
  return [...reaching].sort((one, other) => Number(seconds.get(one)) - Number(seconds.get(other)));
}

/** @param {{fileName: string, location: any, replacement: string, mutatorName: string}} mutant */
function named({ fileName, location: { start, end }, replacement }) {
  const lines = texts.get(fileName).split('\n');
  const old = lines.slice(start.line, end.line + 1);
  old[old.length - 1] = old.at(-1).slice(0, end.column);
  old[0] = old[0].slice(start.column);
  const short = (/** @type {string} */ text) => {
    const flat = text.split(/\s+/).join(' ');
    return flat.length > 70 ? `${flat.slice(0, 45)} … ${flat.slice(-20)}` : flat;
  };
  const before = lines[start.line].slice(0, start.column).trimStart().slice(-40);
  const after = start.line === end.line ? lines[end.line].slice(end.column).slice(0, 30) : '';
  return {
    file: fileName,
    line: start.line + 1,
    change: `${before}[${short(old.join('\n'))} -> ${short(replacement)}]${after}`,
  };
}

/**
 * @param {{file: string, line: number, change: string}} mutant
 * @param {string} outcome
 * @param {number} [index]
 */
function say({ file, line, change }, outcome, index) {
  process.stdout.write(`${JSON.stringify({ file, line, change, outcome, index })}\n`);
}
