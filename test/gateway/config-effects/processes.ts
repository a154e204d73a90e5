import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { scrape } from '../../support/scrape.ts';
import { type Effect, start, startAndWatch } from './stage.ts';

const program = fileURLToPath(new URL('../../../bin/dev.js', import.meta.url));

/** `gateway start` with this file, until `seen` has looked at it. */
async function started(text: string, seen: (pid: number, stderr: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mcpb-effects-'));
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, `listen: { http: 0, tcp: 0, admin: off }\n${text}\n`);
  const child = spawn(process.execPath, [program, 'gateway', 'start', '--config', file, '--json']);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  seen(JSON.parse(line).pid, stderr);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  rmSync(folder, { recursive: true });
}

const heapIs =
  (text: string): Effect =>
  async () => {
    const { threads } = await startAndWatch(`performance: { worker_threads: 2${text}`);
    expect(threads.map(({ resourceLimits }) => resourceLimits?.maxOldGenerationSizeMb)).toEqual([512, 512]);
  };

/** What the process and its threads are. */
export const processes: Readonly<Record<string, Effect>> = {
  'performance.worker_threads': async () => {
    const { gateway, threads } = await startAndWatch('performance: { worker_threads: 16 }', 3);
    expect([gateway.config.workers, threads.length]).toEqual([3, 3]);
  },
  'runtime.gomaxprocs': async () => {
    const text = 'performance: { worker_threads: 16 }\nruntime: { gomaxprocs: 2 }';
    expect((await startAndWatch(text, 3)).threads).toHaveLength(2);
  },
  'memory.max_heap_size': heapIs(' }\nmemory: { max_heap_size: 1GB }'),
  'performance.max_heap': heapIs(', max_heap: 1GB }'),
  'performance.io_threads': () =>
    started('performance: { io_threads: 7 }', (pid) => {
      const tasks = readdirSync(`/proc/${pid}/task`);
      const names = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim());
      expect(names.filter((name) => name === 'libuv-worker')).toHaveLength(7);
    }),
  log_level: () => started('log_level: info', (_, stderr) => expect(stderr).toContain('"msg":"gateway ready"')),
  metrics: async () => {
    const { addresses } = await start('metrics: { some: [mcp_requests_total, mcp_error_rate] }');
    expect((await scrape(addresses.admin)).names.toSorted()).toEqual(['mcp_error_rate', 'mcp_requests_total']);
  },
};
