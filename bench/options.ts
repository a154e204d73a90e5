import { parseArgs } from 'node:util';
import { McpbError } from '../src/errors.ts';
import { amount } from '../src/units.ts';

export const benchNames = ['generators', 'gateway', 'idle-memory'] as const;
export type BenchName = (typeof benchNames)[number];

export interface Options {
  readonly benches: readonly BenchName[];
  /** Connections of the closed loops, each number measured by itself. */
  readonly connections: readonly number[];
  /** Length of one closed loop. */
  readonly seconds: number;
  /** Times every closed loop is measured. */
  readonly rounds: number;
  /** Idle sessions whose memory is measured. */
  readonly sessions: number;
  /** Write the tables into the README. */
  readonly record: boolean;
  /** Told what is being measured, one line at a time. */
  readonly progress: (line: string) => void;
}

/** `[generators|gateway|idle-memory|all] [--connections 1,64,1000] [--seconds 5] [--rounds 3] [--sessions 5000] [--record]` */
export function parseOptions(args: readonly string[], progress: Options['progress']): Options {
  const { values, positionals } = parse(args);
  const benches = positionals.length === 0 ? benchNames : positionals.flatMap(benchesNamed);
  refuseUnused(benches, values);
  const { connections = '64', seconds = '5', rounds = '3', sessions = '5000' } = values;
  return {
    benches,
    connections: connections.split(',').map((text) => positive('--connections', text)),
    seconds: positive('--seconds', seconds),
    rounds: positive('--rounds', rounds),
    sessions: positive('--sessions', sessions),
    record: values.record,
    progress,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        connections: { type: 'string' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        sessions: { type: 'string' },
        record: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new McpbError('MCPB_E_USAGE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function benchesNamed(name: string): readonly BenchName[] {
  if (name === 'all') return benchNames;
  const known = benchNames.find((bench) => bench === name);
  if (known) return [known];
  throw new McpbError('MCPB_E_USAGE', `there is no bench "${name}"`, { hint: `one of ${benchNames.join(', ')}, all` });
}

function refuseUnused(benches: readonly BenchName[], values: Readonly<Record<string, unknown>>): void {
  const closedLoops = benches.some((bench) => bench !== 'idle-memory');
  const unused = closedLoops ? [] : ['connections', 'seconds', 'rounds'];
  if (!benches.includes('idle-memory')) unused.push('sessions');
  const given = unused.find((flag) => values[flag] !== undefined);
  if (given) throw new McpbError('MCPB_E_USAGE', `--${given} has no effect on ${benches.join(' and ')}`);
}

function positive(flag: string, text: string): number {
  const value = amount(text);
  if (value === undefined || !Number.isInteger(value) || value === 0)
    throw new McpbError('MCPB_E_USAGE', `${flag}: "${text}" is not a whole number above 0`);
  return value;
}
