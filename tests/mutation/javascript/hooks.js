/** Serves a mutant instead of the file, and loads the files of the template anew for each run. */

/** @type {Record<string, string>} */
let sources = {};
let registry = '';

/** @param {{sources: Record<string, string>, registry: string}} data sources by address, with or without its run */
export function initialize(data) {
  ({ sources, registry } = data);
}

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, next) {
  if (specifier === 'node:test' && context.parentURL !== registry) {
    return { url: registry, shortCircuit: true };
  }
  const found = await next(specifier, context);
  const run = context.parentURL?.split('?run=')[1];
  const isOurs = found.url.startsWith('file:') && !found.url.includes('/node_modules/') && found.format === 'module';
  return run && isOurs ? { ...found, url: `${found.url}?run=${run}` } : found;
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  const source = sources[url] ?? sources[url.split('?')[0]];
  return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
}
