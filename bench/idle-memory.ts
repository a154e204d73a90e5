import { fileURLToPath } from 'node:url';
import { formatBytes, formatCount } from '../src/units.ts';
import type { Options } from './options.ts';
import { gateways, startGateway } from './support/gateways.ts';
import { startLoad } from './support/mcpb.ts';
import { type Server, startNullServer } from './support/null-server.ts';
import { residentBytes } from './support/proc.ts';
import { whileRunning } from './support/processes.ts';
import { spread } from './support/rounds.ts';
import { sampleDuring } from './support/sampler.ts';
import type { Table } from './support/table.ts';

const scenario = fileURLToPath(new URL('idle-sessions.yaml', import.meta.url));
const sampleMillis = 100;

/** Memory of one idle WebSocket session: in the generator against the null server, and in each gateway. */
export async function benchIdleMemory({ sessions, progress }: Options): Promise<Table> {
  progress(`${sessions} idle sessions of mcpb load`);
  const generator = await whileRunning(await startNullServer(), (server) => growth(server, sessions));
  const rows = [row('mcpb load', sessions, generator.generatorBytes, generator.reportedBytes)];
  for (const gateway of gateways) {
    progress(`${sessions} idle sessions in ${gateway.name}`);
    const held = await whileRunning(await startGateway(gateway, undefined), (server) => growth(server, sessions));
    rows.push(row(gateway.name, sessions, held.serverBytes, null));
  }
  return { head, rows, notes };
}

const head = ['process', 'sessions', 'memory per session', 'as its result says'];
const notes = [
  'Memory per session: resident memory (VmRSS) while all sessions are idle, less that with one session, by the sessions between.',
];

function row(name: string, sessions: number, measured: number, reported: number | null): string[] {
  return [name, formatCount(sessions), formatBytes(measured), reported === null ? '–' : formatBytes(reported)];
}

interface Memory {
  readonly generatorBytes: number;
  readonly serverBytes: number;
  /** Per session, as the generator's own result says it. */
  readonly reportedBytes: number | null;
}

/** Bytes per session on both sides, from a run with one session and a run with all of them. */
async function growth(server: Server, sessions: number): Promise<Memory> {
  const one = await hold(server, 1);
  const all = await hold(server, sessions);
  return {
    generatorBytes: (all.generatorBytes - one.generatorBytes) / (sessions - 1),
    serverBytes: (all.serverBytes - one.serverBytes) / (sessions - 1),
    reportedBytes: all.reportedBytes,
  };
}

/** Resident memory of both sides, median over the second half of the window, when every session has long been idle. */
async function hold(server: Server, sessions: number): Promise<Memory> {
  const { pid, result } = await startLoad([scenario, '-t', server.urls.websocket, '-u', `${sessions}`], undefined);
  const [samples, { window, generator, metrics }] = await Promise.all([
    sampleDuring(result, sampleMillis, () => ({ generator: residentBytes(pid), server: residentBytes(server.pid) })),
    result,
  ]);
  if (metrics.outcomes.ok < sessions) throw new Error(`only ${metrics.outcomes.ok} of ${sessions} sessions answered`);
  const middle = (Date.parse(window.from) + Date.parse(window.to)) / 2;
  const idle = samples.filter(({ at }) => at >= middle && at <= Date.parse(window.to)).map(({ value }) => value);
  return {
    generatorBytes: spread(idle.map((sample) => sample.generator)).median,
    serverBytes: spread(idle.map((sample) => sample.server)).median,
    reportedBytes: generator.rssBytesPerConnection,
  };
}
