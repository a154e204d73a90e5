import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import type { RunResult } from '../../src/results/result.ts';
import { mcpb, root } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';
import { expectVerdict } from '../support/verdict.ts';

/** So little that a busy machine does not make it invalid. */
const gentle = `
name: gentle
executor: constant-vus
vus: 4
duration: 2s
warmup: 0s
steps:
  - call: tools/list
  - think: 10ms
`;

/** The bundled gateway as a process of its own. */
async function startGateway() {
  const flags = ['--http', '127.0.0.1:0', '--tcp', '127.0.0.1:0', '--admin', 'off'];
  const gateway = spawn(process.execPath, [`${root}bin/run.js`, 'gateway', 'start', ...flags, '--json'], {
    cwd: scratch(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void gateway.kill('SIGKILL'));
  const [ready] = await once(createInterface(gateway.stdout), 'line');
  return { gateway, addresses: JSON.parse(ready).addresses as Record<string, string> };
}

test.each(['websocket', 'tcp', 'http'])('a gateway killed in the middle is never a success: %s', async (transport) => {
  const result = await expectVerdict('unreachable', async () => {
    const { gateway, addresses } = await startGateway();
    const cwd = scratch();
    writeFileSync(join(cwd, 'gentle.yaml'), gentle);
    const load = ['load', '--scenario', 'gentle.yaml', '-t', addresses[transport], '--json'];
    const { code, stdout, stderr } = await mcpb(load, {
      cwd,
      onStderr: (line) => {
        if (/\b1s\/\d+s/.test(line)) gateway.kill('SIGKILL');
      },
    });
    if (gateway.signalCode === null) await once(gateway, 'exit');
    expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
    const result = JSON.parse(stdout);
    expect(code).toBe(result.exitCode);
    return result as RunResult;
  });
  if (result === undefined) return;
  const { metrics, warnings } = result;
  expect(warnings[0].code).toBe('target_gone');
  expect(metrics.outcomes.ok).toBeGreaterThan(0);
  expect(metrics.outcomes.connection_lost + metrics.outcomes.connect_failed).toBeGreaterThan(0);
  const ended = Object.values(metrics.outcomes).reduce((sum, count) => sum + count, 0);
  expect(ended).toBe(metrics.requests.planned);
});
