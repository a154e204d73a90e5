import { expect, test } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { mcpb } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';

test('--driver autocannon shows both, and keeps both in the result', async () => {
  const flags = ['--driver', 'autocannon', '--transport', 'http', '-u', '2', '-n', '300', '-o', 'json=result.json'];
  const cwd = scratch();
  const { code, stdout, stderr } = await mcpb(['load', ...flags, 'tools/list'], { cwd });
  expect(stderr).toContain('the same load again, made by autocannon');
  expect(stdout).toMatch(/mcpb +response .*\n +service .*\n +autocannon +from write .* 0\n/);
  // A machine busy with the rest of the suite may spoil the timing, never the replies.
  expect([ExitCode.ok, ExitCode.invalidRun]).toContain(code);
  const { stdout: again } = await mcpb(['report', 'result.json'], { cwd });
  expect(again).toContain('Cross-check with autocannon');
});

test('--driver autocannon refuses what it cannot do before anything runs', async () => {
  const server = await serve(startHttpServer);
  const { code, stderr } = await mcpb(['load', '--driver', 'autocannon', '-t', server.url, '-s', '1s:5'], {
    cwd: scratch(),
  });
  expect(code).toBe(ExitCode.usage);
  expect(stderr).toContain('--driver autocannon cannot make this load: its load changes with time');
  expect(server.connections.all).toBe(0);
});
