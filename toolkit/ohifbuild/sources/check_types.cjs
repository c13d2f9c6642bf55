// Checks the types of the user's packages with the release's own TypeScript, against OHIF's sources. Only their files are
// checked; OHIF's are read where they are imported. Usage: node check_types.cjs TREE REPORT GIVEN, the last as JSON: the packages,
// a list of { folder, entry }, and the folders in which their own dependencies are. REPORT receives the findings.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [tree, report, given] = process.argv.slice(2);
const { packages, folders } = JSON.parse(given);
const ts = require(require.resolve('typescript', { paths: [tree] }));

// OHIF's own options decide how modules are found. Those of a package decide only how strict the checks are.
const STRICT = /^(?:strict\w*|noImplicit\w+|useUnknownInCatchVariables)$/;
const IMPORTED = ['css', 'scss', 'sass', 'less', 'svg', 'png', 'jpg', 'jpeg', 'gif', 'webp', 'mp4', 'wasm', 'html', 'md'];
const AMBIENT = path.join(tree, 'ohifbuild-imported.d.ts');
const DECLARATIONS = IMPORTED.map(ending => `declare module '*.${ending}' { const value: any; export default value; }`);

function optionsOf(folder) {
  const { config } = ts.readConfigFile(path.join(folder, 'tsconfig.json'), ts.sys.readFile);
  return config?.compilerOptions ?? {};
}

const { baseUrl = './', paths } = optionsOf(tree);

function optionsFor(folder) {
  const own = Object.entries(optionsOf(folder)).filter(([key, value]) => STRICT.test(key) && typeof value === 'boolean');
  return {
    allowJs: true,
    baseUrl: path.join(tree, baseUrl),
    esModuleInterop: true,
    jsx: ts.JsxEmit.ReactJSX,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    noEmit: true,
    paths: { ...paths, '*': folders.flatMap(each => [`${each}/*`, `${each}/@types/*`]) },
    resolveJsonModule: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    types: [],
    ...Object.fromEntries(own),
  };
}

function programFor({ folder, entry }) {
  const options = optionsFor(folder);
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = name => name === AMBIENT || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === AMBIENT
      ? ts.createSourceFile(name, DECLARATIONS.join('\n'), ts.ScriptTarget.ES2022)
      : getSourceFile(name, ...rest);
  return ts.createProgram([entry, AMBIENT], options, host);
}

const rows = [];
for (const each of packages) {
  const program = programFor(each);
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.startsWith(each.folder + '/') || !/\.[cm]?tsx?$/.test(file.fileName)) continue;
    for (const found of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
      const { line, character } = file.getLineAndCharacterOfPosition(found.start ?? 0);
      const message = ts.flattenDiagnosticMessageText(found.messageText, ' ').slice(0, 600);
      rows.push({ file: file.fileName, line: line + 1, column: character + 1, code: found.code, message });
    }
  }
}
fs.writeFileSync(report, JSON.stringify(rows) + '\n');
