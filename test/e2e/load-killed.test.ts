import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mcpb } from '../support/cli.ts';
import { isAlive } from '../support/commands.ts';
import { scratch } from '../support/scratch.ts';

/** Processes whose parent is this one. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === parent)
    .map(Number);
}

/** Undefined when the process is gone. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

test('the bundled gateway does not outlive a load that is killed', async () => {
  let gateways: number[] = [];
  await mcpb(['load', '-u', '2', '-d', '60s', '--warmup', '0s', 'ping'], {
    cwd: scratch(),
    onStderr: (line, kill, pid) => {
      if (gateways.length > 0 || !/\b\d+s\/1m/.test(line)) return;
      gateways = childrenOf(pid);
      kill('SIGKILL');
    },
  });
  expect(gateways).toHaveLength(1);
  await expect.poll(() => gateways.filter(isAlive)).toEqual([]);
});
