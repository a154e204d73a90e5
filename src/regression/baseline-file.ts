import { McpbError } from '../errors.ts';
import { isObject, type JsonObject, readJsonObject, writeAtomically } from '../results/json-file.ts';
import type { Baseline } from './baseline.ts';
import { histogramFaults } from './recheck.ts';

const schema = 'mcpb.baseline/1';
/** The newest form of the file this version understands. */
const reader = 1;

/** Reads a baseline and checks its percentiles against its histograms. Unknown keys stay in the object. */
export async function readBaseline(path: string): Promise<Baseline> {
  return parseBaseline(path, await readJsonObject(path));
}

export function parseBaseline(path: string, document: JsonObject): Baseline {
  if (document.schema !== schema)
    throw new McpbError('MCPB_E_FORMAT', `${path} is not a baseline`, {
      hint: `baselines carry "schema": "${schema}"; mcpb baseline save writes them`,
    });
  if (typeof document.minReader === 'number' && document.minReader > reader)
    throw new McpbError('MCPB_E_FORMAT', `${path} was written by a newer mcpb`, {
      hint: 'update mcpb, or record the baseline again with this one',
    });
  if (!isBaseline(document)) throw new McpbError('MCPB_E_FORMAT', `${path}: parts of the baseline are missing`);
  const faults = document.sessions.flatMap((session) => session.runs.flatMap(histogramFaults));
  if (faults.length > 0)
    throw new McpbError('MCPB_E_FORMAT', `${path}: its numbers do not match its histograms (${faults[0]})`, {
      hint: 'the file was edited or merged by hand; record the baseline again',
    });
  return document;
}

export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  await writeAtomically(path, formatBaseline(baseline));
}

/** Sorted keys and one run per line, so that a diff shows runs. */
export function formatBaseline(baseline: Baseline): string {
  return `${format(baseline, '', '')}\n`;
}

function format(value: unknown, key: string, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const items = value.map(
      (item) => inner + (key === 'runs' ? JSON.stringify(sorted(item)) : format(item, '', inner)),
    );
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${inner}${JSON.stringify(name)}: ${format(value[name], name, inner)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

function isBaseline(document: JsonObject): document is JsonObject & Baseline {
  const { sessions } = document;
  return (
    ['scenario', 'target', 'environment', 'generator'].every((block) => isObject(document[block])) &&
    typeof document.speed === 'number' &&
    Array.isArray(sessions) &&
    sessions.every((session) => isObject(session) && Array.isArray(session.runs) && session.runs.every(isStoredRun))
  );
}

function isStoredRun(run: unknown): boolean {
  return (
    isObject(run) &&
    typeof run.runId === 'string' &&
    Array.isArray(run.stages) &&
    ['metrics', 'generator', 'histograms'].every((block) => isObject(run[block]))
  );
}
