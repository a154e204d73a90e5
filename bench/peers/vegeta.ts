import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Load, Peer } from '../peer.ts';
import { type Client, startClient } from '../support/client.ts';
import type { ToolReport } from '../support/measurement.ts';
import { run } from '../support/processes.ts';
import { peerProgram } from '../support/programs.ts';
import { scratch } from '../support/scratch.ts';
import { body } from '../workload.ts';
import { headerFlags } from './header-flags.ts';

/** One worker a connection; replies are read and not kept. The report is a process of its own, after the measurement. */
export const vegeta: Peer = { name: 'vegeta', transport: 'http', program: 'vegeta', open: true, start };

async function start(load: Load): Promise<Client> {
  const program = peerProgram('vegeta');
  const file = (name: string) => join(scratch(), `vegeta-${process.pid}-${name}`);
  const [targets, content, results] = [file('targets'), file('body'), file('results')];
  await Promise.all([writeFile(targets, `POST ${load.url}`), writeFile(content, body)]);
  const what = ['-targets', targets, '-body', content, ...headerFlags('-header'), '-max-body', '0'];
  const attack = [program, 'attack', ...what, ...extent(load), '-output', results];
  return startClient(attack, load.core, () =>
    report(results).finally(() => Promise.all([targets, content, results].map((path) => rm(path, { force: true })))),
  );
}

/** Rate 0 is a closed loop of so many workers; in the open model vegeta adds workers when all are busy. */
function extent({ seconds, connections, rate }: Load): string[] {
  const workers = ['-workers', `${connections}`, '-connections', `${connections}`, '-duration', `${seconds}s`];
  const pace = rate === undefined ? ['-rate', '0', '-max-workers', `${connections}`] : ['-rate', `${rate}/1s`];
  return [...workers, ...pace];
}

async function report(results: string): Promise<ToolReport> {
  return parseVegeta(await run([peerProgram('vegeta'), 'report', '-type', 'json', results]));
}

interface Report {
  /** ns. */
  readonly latencies: { readonly '50th': number; readonly '99th': number; readonly max: number };
  readonly requests: number;
  /** Replies with a status from 200 to 399, by second until the last reply. */
  readonly throughput: number;
  readonly success: number;
}

/** What `vegeta report -type json` prints. */
export function parseVegeta(text: string): ToolReport {
  const { latencies, requests, throughput, success }: Report = JSON.parse(text);
  return {
    requests,
    requestsPerSecond: throughput,
    errors: Math.round(requests * (1 - success)),
    latency: { p50: latencies['50th'] / 1000, p99: latencies['99th'] / 1000, max: latencies.max / 1000 },
  };
}
