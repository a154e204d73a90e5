import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mcpb, root } from '../support/cli.ts';

const manifest = JSON.parse(readFileSync(`${root}oclif.manifest.json`, 'utf8'));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const ids = Object.keys(manifest.commands);

test.each(['--version', '-v'])('%s prints one line with the version', async (flag) => {
  const { code, stdout, stderr } = await mcpb([flag]);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: `mcpbridge/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
    stderr: '',
  });
});

test('without arguments it shows every command and topic', async () => {
  const { code, stdout } = await mcpb([]);
  expect(code).toBe(0);
  for (const id of ids) expect(stdout).toContain(id.split(':')[0]);
});

test.each(ids)('%s --help has a summary and two examples', async (id) => {
  const { code, stdout } = await mcpb([...id.split(':'), '--help']);
  expect(code).toBe(0);
  expect(manifest.commands[id].summary).toBeTruthy();
  const examples = stdout.slice(stdout.indexOf('EXAMPLES')).match(/^\s+\$ mcpb /gm);
  expect(examples?.length).toBeGreaterThanOrEqual(2);
});

test.each([
  { args: ['nosuch'], code: 2, says: 'nosuch is not a mcpb command' },
  { args: ['gateway', 'nosuch'], code: 2, says: 'gateway nosuch is not a mcpb command' },
  { args: ['load', '--nosuch'], code: 2, says: 'Nonexistent flag: --nosuch' },
  { args: ['load', '--summary', 'loud'], code: 2, says: '--summary' },
  { args: ['load', '--runs', '0'], code: 2, says: '--runs' },
  { args: ['load', '-o', 'csv=x.csv'], code: 2, says: 'csv=x.csv' },
  { args: ['load', '-u', 'many'], code: 2, says: '--vus' },
  { args: ['load', 'smoke', '--scenario', 'smoke'], code: 2, says: 'already says what to run' },
  { args: ['load', 'tools/call'], code: 2, says: 'needs a name' },
  { args: ['load', 'tools/call', 'echo', '{'], code: 2, says: 'not JSON' },
  { args: ['load', '-t', 'ftp://127.0.0.1/'], code: 2, says: 'ftp://127.0.0.1/' },
  { args: ['load', '--pid', '1'], code: 2, says: 'the bundled gateway is measured anyway' },
  { args: ['load', '-t', 'http://127.0.0.1:1/', '--pid', '999999999'], code: 2, says: 'there is no process 999999999' },
  { args: ['load', 'tools/lst'], code: 104, says: 'did you mean "tools/list"?' },
  { args: ['load', '--scenario', 'ramp-5m'], code: 104, says: 'did you mean "ramp-5k"?' },
  { args: ['load', 'tool/list'], code: 104, says: 'tool/list' },
  { args: ['inspect', 'ramp-5m'], code: 104, says: 'did you mean "ramp-5k"?' },
  { args: ['compare', 'nosuch.json'], code: 2, says: 'nosuch.json' },
  { args: ['report', 'nosuch.json'], code: 2, says: 'nosuch.json' },
  { args: ['baseline', 'show', 'nosuch.json'], code: 2, says: 'nosuch.json' },
  { args: ['load', '-t', 'http://127.0.0.1:1/mcp', '-d', '1s', '-q'], code: 3, says: '127.0.0.1:1' },
])('$args exits $code and says what is wrong', async ({ args, code, says }) => {
  const result = await mcpb(args);
  expect(result.stderr).toContain(says);
  expect(result.stderr).toMatch(/^Error: .+/m);
  expect(result.stderr).not.toMatch(/^\s+at .+:\d+/m);
  expect(result.stdout).toBe('');
  expect(result.code).toBe(code);
});

test('--json prints a mistake as its one document', async () => {
  const { code, stdout, stderr } = await mcpb(['load', '--scenario', 'ramp-5m', '--json']);
  const { error } = JSON.parse(stdout);
  expect(error).toMatchObject({ code: 'MCPB_E_SCENARIO_NOT_FOUND', exitCode: 104 });
  expect(error.message).toContain('ramp-5m');
  expect(error.hint).toContain('ramp-5k');
  expect({ code, stderr }).toEqual({ code: 104, stderr: '' });
});

test('--json prints a refused flag as its one document', async () => {
  const { code, stdout } = await mcpb(['inspect', 'smoke', '--nosuch', '--json']);
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'MCPB_E_USAGE', exitCode: 2, hint: 'mcpb inspect --help' });
  expect(code).toBe(2);
});

test('--json prints an answer as its one document', async () => {
  const { code, stdout } = await mcpb(['scenarios', '--json']);
  const names = JSON.parse(stdout).scenarios.map(({ name }: { name: string }) => name);
  expect(names).toContain('smoke');
  expect(code).toBe(0);
});

test.each(['scenarios', 'nosuch'])('NO_COLOR keeps escapes out of %s, whatever FORCE_COLOR says', async (command) => {
  const { stdout, stderr } = await mcpb([command], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } });
  expect(stdout + stderr).not.toContain('\u001b[');
});
