import { expect, test } from 'vitest';
import { type Import, importsOf, sourcesIn } from './support/sources.ts';

/**
 * What each part of `src` may import beside itself, `errors`, `units` and Node. A folder stands for its files, `types`
 * for `import type` only, a name without a folder of that name for a package.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  units: [],
  version: [],
  config: ['yaml', 'zod'],
  wire: [],
  metrics: ['wire', 'hdr-histogram-js'],
  scenario: ['wire', 'config', 'yaml', 'zod'],
  results: ['metrics', 'types scenario', 'wire/outcome.ts', 'zod'],
  regression: ['results', 'metrics', 'hdr-histogram-js'],
  report: ['results', 'metrics', 'types regression', 'types scenario', 'types selftest', 'chalk', 'cli-table3'],
  loadgen: [
    'types scenario',
    'scenario/plan.ts',
    'scenario/fields.ts',
    'scenario/lingering.ts',
    'scenario/checks.ts',
    'scenario/thresholds.ts',
    'config/suggest.ts',
    'scenario/threshold-results.ts',
    'metrics',
    'results',
    'wire',
    'autocannon',
    'undici',
  ],
  selftest: ['scenario', 'loadgen', 'metrics', 'types results', 'target', 'wire', 'ws'],
  target: ['pidusage'],
  router: ['wire', 'config', 'undici'],
  gateway: ['wire', 'config', 'router', 'version', 'ws', 'pino', 'prom-client', 'pprof-format', 'jose', 'zod'],
  load: ['scenario', 'loadgen', 'metrics', 'results', 'report', 'target', 'version'],
  'json-schemas': ['scenario', 'results', 'gateway/configuration/schema.ts'],
  index: ['load', 'scenario', 'loadgen', 'metrics', 'results', 'regression', 'gateway'],
  commands: [
    ...[
      'load',
      'scenario',
      'metrics',
      'results',
      'regression',
      'report',
      'gateway',
      'selftest',
      'version',
      'json-schemas',
      'loadgen/sample-requests.ts',
    ],
    ...['@oclif/core', '@oclif/core/flush', '@oclif/core/run', '@oclif/core/settings'],
  ],
};

const sources = sourcesIn('src');
const imports = sources.flatMap(importsOf);

test('every import is in the table', () => {
  const faults = imports.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} imports ${to}`);
  expect(faults).toEqual([]);
});

test('the table names no package that nothing imports', () => {
  const used = new Set(imports.map(({ from, to }) => `${areaOf(from)} ${areaOf(to)}`));
  const packages = Object.entries(mayImport).flatMap(([area, targets]) =>
    targets.filter((target) => !isOwn(target)).map((target) => `${area} ${target}`),
  );
  expect(packages.filter((edge) => !used.has(edge))).toEqual([]);
});

test('no file is longer than 300 lines', () => {
  const long = [...sources, ...sourcesIn('scripts'), ...sourcesIn('bench')]
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 300);
  expect(long).toEqual([]);
});

test('only the base command and the bin may end the process', () => {
  const enders = sources.filter(({ text }) => /\bprocess\.(exit\(|exitCode\s*=)/.test(text)).map(({ path }) => path);
  expect(enders).toEqual(['src/commands/base.ts']);
});

test('nothing is put off', () => {
  const marker = /\b(TODO|FIXME|XXX)\b/;
  const marked = ['src', 'scripts', 'bench'].flatMap(sourcesIn).filter(({ text }) => marker.test(text));
  expect(marked.map(({ path }) => path)).toEqual([]);
});

function isAllowed({ from, to, typesOnly }: Import): boolean {
  if (to.startsWith('node:')) return true;
  const [own, target] = [areaOf(from), areaOf(to)];
  if (target === own || target === 'errors' || target === 'units') return true;
  return (mayImport[own] ?? []).some(
    (allowed) => allowed === target || `src/${allowed}` === to || (typesOnly && allowed === `types ${target}`),
  );
}

/** `src/wire/http1.ts` → wire, `src/units.ts` → units; a package stays what it is. */
function areaOf(path: string): string {
  return path.startsWith('src/') ? path.split('/')[1].replace(/\.ts$/, '') : path;
}

function isOwn(target: string): boolean {
  const name = target.replace(/^types /, '').split('/')[0];
  return name in mayImport;
}
