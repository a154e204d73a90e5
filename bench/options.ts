import { parseArgs } from 'node:util';
import { McpbError } from '../src/errors.ts';
import { amount, durationSeconds } from '../src/units.ts';
import { type BenchName, benches, benchNames, type Flag } from './bench.ts';

export interface Options {
  readonly benches: readonly BenchName[];
  /** Connections of closed loops, each number measured by itself; where not given the bench has its own. */
  readonly connections: readonly number[] | undefined;
  /** Length of one measurement; where not given the bench has its own. */
  readonly seconds: number | undefined;
  /** Times everything that is compared is measured. */
  readonly rounds: number;
  /** Idle sessions whose memory is measured. */
  readonly sessions: number;
  /** Write the tables into the README. */
  readonly record: boolean;
  /** Take what the last call measured of the same commit, and measure the rest. */
  readonly resume: boolean;
  /** Seconds after which nothing more is begun. */
  readonly for: number;
  /** Told what is being measured, one line at a time. */
  readonly progress: (line: string) => void;
}

/** `[NAME…|all] [--connections 1,64,1000] [--seconds 3] [--rounds 3] [--sessions 18000] [--record] [--resume] [--for 90s]` */
export function parseOptions(args: readonly string[], progress: Options['progress']): Options {
  const { values, positionals } = parse(args);
  const names = positionals.length === 0 ? benchNames : [...new Set(positionals.flatMap(benchesNamed))];
  refuseUnused(names, values);
  return {
    benches: names,
    connections: values.connections?.split(',').map((text) => positive('--connections', text)),
    seconds: values.seconds === undefined ? undefined : positive('--seconds', values.seconds),
    rounds: positive('--rounds', values.rounds ?? '3'),
    sessions: positive('--sessions', values.sessions ?? '18000'),
    record: values.record,
    resume: values.resume,
    for: values.for === undefined ? Number.POSITIVE_INFINITY : duration('--for', values.for),
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
        for: { type: 'string' },
        record: { type: 'boolean', default: false },
        resume: { type: 'boolean', default: false },
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

function refuseUnused(names: readonly BenchName[], values: Readonly<Partial<Record<Flag, string>>>): void {
  const used = new Set<Flag>(names.flatMap((name) => benches[name].flags));
  const flags: readonly Flag[] = ['connections', 'seconds', 'rounds', 'sessions'];
  const unused = flags.find((flag) => values[flag] !== undefined && !used.has(flag));
  if (unused) throw new McpbError('MCPB_E_USAGE', `--${unused} has no effect on ${names.join(' and ')}`);
}

function positive(flag: string, text: string): number {
  const value = amount(text);
  if (value === undefined || !Number.isInteger(value) || value === 0)
    throw new McpbError('MCPB_E_USAGE', `${flag}: "${text}" is not a whole number above 0`);
  return value;
}

function duration(flag: string, text: string): number {
  const value = durationSeconds(text);
  if (value === undefined) throw new McpbError('MCPB_E_USAGE', `${flag}: "${text}" is not a duration like 90s`);
  return value;
}
