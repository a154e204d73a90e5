import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { quiet } from '../../contracts/frontend.ts';
import { needs } from '../../support/programs.ts';
import { call, type NeutralClient, webSocketClient } from '../clients.ts';

let gateway: RunningGateway;
let client: NeutralClient;
const folder = mkdtempSync(join(tmpdir(), 'mcpb-pprof-'));

beforeAll(async () => {
  gateway = await startGateway({ ...quiet, workers: 2, profiling: '0', backend: 'synthetic:delay=60s' });
  client = await webSocketClient(gateway);
});
afterAll(async () => {
  client.close();
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

const get = (path: string) => fetch(`${gateway.addresses.profiling}/debug/pprof${path}`);
const bytes = async (path: string): Promise<Buffer> => Buffer.from(await (await get(path)).arrayBuffer());

/** A profile as another reader of the format sees it. */
const decoded = (content: Buffer) => {
  const profile = Profile.decode(gunzipSync(content));
  const { strings } = profile.stringTable;
  const threads = profile.sample.map(({ label }) => strings[Number(label[0].str)]);
  const names = profile.function.map(({ name }) => strings[Number(name)]);
  const types = profile.sampleType.map(({ type, unit }) => `${strings[Number(type)]}/${strings[Number(unit)]}`);
  return { profile, threads: new Set(threads), names, types };
};

const read = async (path: string) => decoded(await bytes(path));

/** The function in which most samples were taken, of those whose names `pprof` shows as they are. */
const heaviest = (content: Buffer): string => {
  const { profile, names } = decoded(content);
  const counts = new Map<string, number>();
  for (const { locationId, value } of profile.sample) {
    const name = names[Number(locationId[0]) - 1];
    if (/^\w+$/.test(name)) counts.set(name, (counts.get(name) ?? 0) + Number(value[1]));
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
};

/** Keeps a worker busy until told to stop. */
const load = (): (() => void) => {
  let over = false;
  const next = (): void => {
    for (let id = 0; id < 50; id++) client.send(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
    if (!over) setTimeout(next, 5);
  };
  next();
  return () => {
    over = true;
  };
};

describe('CPU profiles', () => {
  it('show what all threads did, one profile at a time', async () => {
    const stop = load();
    const first = read('/profile?seconds=1');
    const second = await get('/profile?seconds=1');
    expect(second.status).toBe(409);
    const { threads, names, types, profile } = await first;
    stop();
    expect(types).toEqual(['samples/count', 'cpu/nanoseconds']);
    expect([...threads].sort()).toEqual(expect.arrayContaining(['main', expect.stringMatching(/worker/)]));
    expect(names).not.toContain('(idle)');
    const total = profile.sample.reduce((sum, { value }) => sum + Number(value[1]), 0);
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(3 * 1.5e9);
    expect((await get('/profile?seconds=0.01')).status).toBe(200);
  });

  it('name functions, those that workers run among them', { timeout: 60_000 }, async () => {
    const stop = load();
    const names = async () => (await read('/profile?seconds=0.5')).names;
    await expect.poll(names, { timeout: 50_000 }).toContain('readMessage');
    stop();
  });

  it.each(['0', '-1', '301', 'x'])('are refused for %s seconds', async (seconds) => {
    expect((await get(`/profile?seconds=${seconds}`)).status).toBe(400);
  });
});

describe('what the threads hold', () => {
  it('is seen in a heap profile from the start on', async () => {
    const { threads, types, profile } = await read('/heap');
    expect(types).toEqual(['inuse_space/bytes']);
    expect([...threads].sort()).toEqual(['main', 'worker-0', 'worker-1']);
    expect(profile.sample.every(({ value }) => Number(value[0]) > 0)).toBe(true);
  });

  it('is listed: queues, pending requests, timers and sockets', async () => {
    client.send(call(1, '{"message":"x"}'));
    const text = async (): Promise<string> => (await get('/goroutine?debug=1')).text();
    await expect.poll(text).toMatch(/^pending worker-[01] tools\/call 1$/m);
    const lines = await text();
    expect(lines).toMatch(/^queue worker-[01]\/requests 1 - \d+$/m);
    expect(lines).toMatch(/^queue worker-[01]\/connections 1 25000 -$/m);
    expect(lines).toMatch(/^resource worker-[01] TCPSocketWrap 1$/m);
    expect(lines).toMatch(/^resource main Timeout \d+$/m);
    const { types, names, threads } = await read('/goroutine');
    expect(types).toEqual(['goroutine/count']);
    expect(names).toEqual(expect.arrayContaining(['tools/call', 'pending_requests', 'TCPSocketWrap']));
    expect([...threads].sort()).toEqual(['main', 'worker-0', 'worker-1']);
  });
});

it('lists its paths, and serves no others', async () => {
  expect(await (await get('/')).text()).toContain('/debug/pprof/heap');
  expect((await get('/cmdline')).status).toBe(404);
  expect((await fetch(`${gateway.addresses.profiling}/debug/pprof/heap`, { method: 'POST' })).status).toBe(405);
});

it('is no part of the other ports', async () => {
  const health = new URL('/debug/pprof/heap', gateway.addresses.http);
  expect((await fetch(health)).status).toBe(404);
});

needs('go')('go tool pprof', () => {
  const top = (name: string, content: Buffer, ...flags: string[]): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    const { stdout, stderr, status } = spawnSync('go', ['tool', 'pprof', ...flags, file], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout;
  };

  it('reads all of them', { timeout: 180_000 }, async () => {
    const stop = load();
    const cpu = await bytes('/profile?seconds=1');
    stop();
    const shown = top('cpu.prof', cpu, '-top', '-nodecount=10000', '-nodefraction=0');
    expect(shown).toContain('Type: cpu');
    expect(shown).toContain(heaviest(cpu));
    expect(top('cpu.prof', cpu, '-tags')).toMatch(/thread: Total[\s\S]*worker-[01]/);
    expect(top('heap.prof', await bytes('/heap'), '-top')).toContain('Type: inuse_space');
    expect(top('goroutine.prof', await bytes('/goroutine'), '-top')).toContain('Type: goroutine');
  });
});
