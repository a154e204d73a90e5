// Stages what would be published in `.package/`, then proves it: publint, a size budget, and the packed files started
// from a plain installation that has nothing but the declared dependencies.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { formatBytes, formatCount } from '../src/units.ts';
import { dropUnreachedDeclarations } from './declarations.ts';

/** Bytes of the packed and the unpacked package. */
const budget = { size: 480 * 1024, unpackedSize: 1920 * 1024 };

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const staged = join(root, '.package');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

stage();
const packed = pack();
const faults = [...(await lint()), ...overBudget(packed), ...unwanted(packed), ...startFaults(packed)];
for (const fault of faults) process.stderr.write(`package: ${fault}\n`);
const sizes = `${formatBytes(packed.size)} packed, ${formatBytes(packed.unpackedSize)} unpacked`;
process.stdout.write(`package: ${formatCount(packed.files.length)} files, ${sizes}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** The manifest keeps only what an installation needs: the pinned Node and the tools stay here. */
function stage(): void {
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged);
  const { private: _private, scripts, devDependencies, optionalDependencies, ...published } = manifest;
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  for (const name of [
    'bin',
    'dist',
    'scenarios',
    'schemas',
    'oclif.manifest.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
  ])
    cpSync(join(root, name), join(staged, name), { recursive: true });
  dropUnreachedDeclarations(join(staged, 'dist'));
}

function pack(): Packed {
  const [result] = JSON.parse(execFileSync('npm', ['pack', '--json', '--loglevel=error'], { cwd: staged }).toString());
  return result;
}

async function lint(): Promise<string[]> {
  const { messages, pkg } = await publint({ pkgDir: staged, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

function overBudget(result: Packed): string[] {
  return (['size', 'unpackedSize'] as const)
    .filter((key) => result[key] > budget[key])
    .map((key) => `${key} is ${formatBytes(result[key])}, over its budget of ${formatBytes(budget[key])}`);
}

/** What points at files that are not published, and what only this repository needs. */
function unwanted(result: Packed): string[] {
  const foreign = result.files
    .map(({ path }) => path)
    .filter((path) => /(^|\/)\.|\.map$|\.test\.|^bin\/dev/.test(path));
  return foreign.map((path) => `${path} does not belong into the package`);
}

function startFaults(result: Packed): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mcpb-package-'));
  try {
    const bin = installInto(folder, result);
    return [['--version'], ['scenarios']].flatMap((args) => {
      const output = execFileSync(process.execPath, [bin, ...args], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return output.length > 0 ? [] : [`mcpb ${args.join(' ')} printed nothing`];
    });
  } catch (error) {
    return [`the packed mcpb does not start: ${error instanceof Error ? error.message : error}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As npm would lay it out, the dependencies being links to those of this repository. Returns the bin. */
function installInto(folder: string, result: Packed): string {
  const home = join(folder, 'node_modules', manifest.name);
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(staged, result.filename), '-C', home, '--strip-components=1']);
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  return join(home, 'bin/run.js');
}
