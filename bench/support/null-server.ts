import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { McpbError } from '../../src/errors.ts';
import type { BundledTransport } from '../../src/scenario/plan.ts';
import { pinned } from './pinning.ts';
import { run, type Started, startServer } from './processes.ts';
import { hasProgram } from './programs.ts';

const sources = new URL('../server/', import.meta.url);
const cache = new URL('../../.mcpb/bench/', import.meta.url);
const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror'];

export interface Server extends Started {
  readonly urls: Readonly<Record<BundledTransport, string>>;
}

/** What the null server has counted since its start, over all transports. */
export interface Tally {
  readonly replies: number;
  /** Open, and with a reply to their first request. */
  readonly connections: number;
}

export interface NullServer extends Server {
  /** As it stands; the server does nothing for it. */
  tally(): Tally;
}

/** Path of the null server's program, compiled when its source has changed. */
async function buildNullServer(): Promise<string> {
  if (process.platform !== 'linux')
    throw new McpbError(
      'MCPB_E_PLATFORM',
      'the bench runs on Linux only: its server needs epoll, its accounting /proc',
    );
  if (!hasProgram('cc'))
    throw new McpbError('MCPB_E_PLATFORM', 'the bench needs a C compiler for the server it measures against', {
      hint: 'apt-get install gcc libc6-dev',
    });
  const program = fileURLToPath(new URL(`null-server-${sourceHash()}`, cache));
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  await run(['cc', ...flags, ...sourceFiles('.c'), '-o', fresh]);
  await rename(fresh, program);
  return program;
}

/** How long a server stands still, and how often. */
export interface Freeze {
  readonly milliseconds: number;
  readonly everyMilliseconds: number;
}

/** Starts the null server, on one core when given. */
export async function startNullServer(core?: number, freeze?: Freeze): Promise<NullServer> {
  const frozen = freeze ? [`${freeze.milliseconds}`, `${freeze.everyMilliseconds}`] : [];
  const server = await startServer(pinned([await buildNullServer(), ...frozen], core));
  const { http, websocket, tcp, tally } = server.ready as Record<BundledTransport | 'tally', number>;
  const urls = {
    http: `http://127.0.0.1:${http}/mcp`,
    websocket: `ws://127.0.0.1:${websocket}/mcp`,
    tcp: `tcp://127.0.0.1:${tcp}`,
  };
  return { ...server, urls, tally: () => readTally(`/proc/${server.pid}/fd/${tally}`) };
}

/** `struct tally` of `server.h`: two words of 64 bits. */
function readTally(file: string): Tally {
  const words = readFileSync(file);
  return { replies: Number(words.readBigUInt64LE(0)), connections: Number(words.readBigUInt64LE(8)) };
}

function sourceFiles(...extensions: string[]): string[] {
  return readdirSync(sources)
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .sort()
    .map((name) => fileURLToPath(new URL(name, sources)));
}

function sourceHash(): string {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const file of sourceFiles('.c', '.h')) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}
