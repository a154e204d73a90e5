import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ExitCode, errorTable } from '../src/errors.ts';
import { root } from './support/cli.ts';

interface Line {
  readonly file: string;
  readonly command: string;
  /** Blocks marked `sh skip` need something around them; what they name must exist all the same. */
  readonly skip: boolean;
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
const lines = pages.flatMap(linesOf);
/** `gateway start` runs until it is stopped: test/gateway/start.test.ts. */
const runnable = lines.filter(({ command, skip }) => !skip && /^npx mcpb (?!gateway start)/.test(command));

const { scripts } = JSON.parse(read('package.json'));
const { commands } = JSON.parse(read('oclif.manifest.json'));

describe('commands in the documents', () => {
  test('there are some', () => {
    expect(runnable.length).toBeGreaterThan(4);
  });

  test.each(lines.filter(({ command }) => command.startsWith('npm ')))('$file: $command is a script', ({ command }) => {
    const [, name] = /^npm (?:run )?([\w:-]+)/.exec(command) ?? [];
    expect(Object.keys(scripts)).toContain(name);
  });

  test.each(lines.filter(({ command }) => command.startsWith('npx mcpb ')))(
    '$file: $command is understood',
    ({ command }) => {
      expect(unknownParts(command)).toEqual([]);
    },
  );
});

describe('what the documents show runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcpb-docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const env = {
    HOME: process.env.HOME ?? '',
    PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  };

  test.each([...new Set(runnable.map(({ command }) => command))])('%s', { timeout: 60_000 }, (command) => {
    const { status, stdout } = spawnSync('sh', ['-c', command.replace('npx ', '')], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(stdout.trim()).not.toBe('');
    // A machine busy with the rest of the suite may spoil a run, and it then says so.
    expect(command.includes('mcpb load') ? [ExitCode.ok, ExitCode.invalidRun] : [ExitCode.ok]).toContain(status);
  });
});

describe('docs/errors.md', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `?(\w+)`? \| `?(\w+)`? \|/gm)].map(([, first, second]) => [
    first,
    second,
  ]);

  test('has every code with its exit code, and no other', () => {
    const listed = rows.filter(([code]) => code.startsWith('MCPB_E_')).map(([code, exit]) => [code, Number(exit)]);
    expect(Object.fromEntries(listed)).toEqual(errorTable);
  });

  test('has every exit code with its name, and no other', () => {
    const listed = rows.filter(([exit]) => /^\d+$/.test(exit)).map(([exit, name]) => [name, Number(exit)]);
    expect(Object.fromEntries(listed)).toEqual(ExitCode);
  });
});

test('every link between documents leads somewhere', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => join(page, '..', target)),
  );
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(() => read(link)).not.toThrow();
});

test('docs/README.md leads to every page', () => {
  const listed = [...read('docs/README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => `docs/${page}`);
  expect(['docs/README.md', ...listed].sort()).toEqual(pages.filter((page) => page.startsWith('docs/')).sort());
});

function linesOf(file: string): Line[] {
  return [...read(file).matchAll(/^```sh( skip)?\n([\s\S]*?)^```/gm)].flatMap(([, skip, block]) =>
    block
      .split('\n')
      .map((line) => line.replace(/\s+#.*/, '').trim())
      .filter(Boolean)
      .map((command) => ({ file, command, skip: skip !== undefined })),
  );
}

/** The command and the flags of a line that `mcpb` does not have. */
function unknownParts(line: string): string[] {
  const words = line
    .replace(/'[^']*'/g, 'quoted')
    .split(/\s+/)
    .slice(2);
  const id = [words.slice(0, 2).join(':'), words[0]].find((candidate) => candidate in commands);
  if (id === undefined) return [words[0]];
  const flags = Object.values<{ name: string; char?: string }>(commands[id].flags);
  const known = new Set(flags.flatMap(({ name, char }) => [`--${name}`, `-${char}`]));
  return words.filter((word) => word.startsWith('-') && !known.has(word));
}

test('README shows a run', () => {
  const [, transcript = ''] = read('README.md').split(/<!-- \/?transcript -->/);
  expect(transcript).toMatch(/\$ npm run quickstart[\s\S]*PASS {2}ramp-5k[\s\S]*mcpb compare/);
});
