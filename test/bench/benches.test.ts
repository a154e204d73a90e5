import { expect, it, vi } from 'vitest';
import { type BenchName, benches } from '../../bench/bench.ts';
import { measureBench } from '../../bench/measure.ts';
import { parseOptions } from '../../bench/options.ts';
import { peers } from '../../bench/peer.ts';
import { echoGateways, forwardingGateways, gatewayTransports } from '../../bench/support/gateways.ts';
import { openJournal } from '../../bench/support/journal.ts';
import { isInstalled } from '../../bench/support/programs.ts';
import { needs } from '../support/programs.ts';
import { scratch } from '../support/scratch.ts';

vi.mock('../../bench/workload.ts', async (original) => ({ ...(await original<object>()), warmupSeconds: 1 }));
vi.mock('../../bench/support/gateways.ts', async (original) => ({
  ...(await original<object>()),
  gatewayTransports: ['tcp'],
}));

/** Rows of a bench at a size that shows that it works and nothing else; of its pieces those with such a name. */
async function rowsOf(name: BenchName, flags: readonly string[], of = '') {
  const options = parseOptions([name, ...flags], () => {});
  const bench = benches[name];
  const pieces = bench.pieces(options).filter((piece) => piece.name.includes(of));
  const journal = await openJournal(`${scratch()}/journal.jsonl`, 'test', false);
  const table = await measureBench({ ...bench, pieces: () => pieces }, options, journal, Number.POSITIVE_INFINITY);
  return (table?.rows ?? []).map((row) => Object.fromEntries(row.map((cell, at) => [table?.head[at], cell])));
}

const one = ['--seconds', '1', '--rounds', '1'];
const installed = peers.filter(isInstalled);
const named = (list: readonly { readonly name: string; readonly transport: string }[]) =>
  list.map(({ name, transport }) => ({ process: name, transport }));

needs('wrk', 'cc')('each bench, briefly', () => {
  it('generators', { timeout: 180_000 }, async () => {
    const rows = await rowsOf('generators', ['--connections', '8', ...one]);
    expect(rows).toMatchObject(named(installed));
    expect(rows.map(({ errors }) => errors)).toEqual(rows.map(() => '0'));
    for (const row of rows) expect(row['requests/s']).toMatch(/^[1-9]/);
  });

  it('open', { timeout: 180_000 }, async () => {
    const rows = await rowsOf('open', one);
    expect(rows).toMatchObject(named(installed.filter(({ open }) => open)));
    // Only mcpb tells how late it sent; a busy machine may leave it too few samples of that.
    for (const row of rows) if (row.process !== 'mcpb') expect(row['lag p99']).toBe('–');
  });

  it('stall', async () => {
    const [truth, seen] = await rowsOf('stall', ['--seconds', '2'], 'mcpb, tcp');
    expect(truth).toMatchObject({ p99: '90.0 ms', max: '100 ms' });
    expect(Number.parseFloat(seen.p99)).toBeGreaterThan(80);
    expect(seen).toMatchObject({ process: 'mcpb', transport: 'tcp', p99: expect.stringMatching(/ ms$/) });
  });

  it('workers', { timeout: 180_000 }, async () => {
    const [first, second] = await rowsOf('workers', one);
    expect([first.workers, second.workers]).toEqual(['1', '2']);
    for (const operation of ['tools/list', 'resources/list', 'prompts/list'])
      expect(second[`${operation} planned`]).toBe(first[`${operation} planned`]);
  });

  it('features', { timeout: 180_000 }, async () => {
    const [plain, ...features] = await rowsOf('features', one);
    expect(plain).toMatchObject({ feature: 'plain', 'adds user µs': '–' });
    expect(features.length).toBeGreaterThan(0);
    for (const row of features) expect(row['adds user µs']).toMatch(/^[+−]\d+\.\d\d /);
  });

  it('idle-memory', { timeout: 180_000 }, async () => {
    const sessions = ['--sessions', '50'];
    const [rows, [ws]] = await Promise.all([
      rowsOf('idle-memory', sessions, 'mcpb load'),
      rowsOf('idle-memory', sessions, 'of ws'),
    ]);
    expect(rows.map((row) => [row.process, row['its sessions are'], row.sessions])).toEqual([
      ['mcpb load', 'idle', '50'],
      ['mcpb load', 'one request in flight', '50'],
    ]);
    expect(ws['memory per session']).toMatch(/B$/);
  });

  it('memory-flat', async () => {
    const [row] = await rowsOf('memory-flat', ['--seconds', '3'], 'mcpb, websocket');
    expect(row).toMatchObject({
      change: expect.stringMatching(/^[+−]\d/),
      'at the end': expect.stringMatching(/MiB$/),
    });
  });

  it('gateway', { timeout: 180_000 }, async () => {
    const rows = await rowsOf('gateway', ['--connections', '4', ...one]);
    expect(rows).toMatchObject([
      { process: 'wrk' },
      ...[...echoGateways, ...forwardingGateways('http://127.0.0.1')].flatMap(({ name }) =>
        named(gatewayTransports.map((transport) => ({ name, transport }))),
      ),
    ]);
    for (const row of rows) expect(row).toMatchObject({ 'user µs': expect.stringMatching(/^\d+\.\d\d$/), errors: '0' });
  });
});
