import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { McpbError } from '../errors.ts';
import { exists, isDirectory } from '../results/json-file.ts';
import type { RunResult } from '../results/result.ts';
import { appended, type Baseline, baselineFileName, baselineOf, baselineStem, runsOf } from './baseline.ts';
import { readBaseline, writeBaseline } from './baseline-file.ts';
import { compare } from './compare.ts';
import type { ExcludedRun } from './comparison.ts';

export const baselinesDirectory = 'baselines';

export interface SaveOptions {
  /** The file; default `baselines/<scenario>[@x<speed>].<machine class>.json`. */
  readonly path?: string;
  /** Why a regression against the file's own runs is taken as the new measure; its old sessions are dropped then. */
  readonly accept?: string;
}

export interface SavedBaseline {
  readonly path: string;
  readonly baseline: Baseline;
  /** Invalid runs that were left out. */
  readonly refused: readonly ExcludedRun[];
}

/** Writes the valid runs as a baseline, or appends them to the one that is there. MCPB_E_USAGE when they are a regression against it. */
export async function saveBaseline(runs: readonly RunResult[], options: SaveOptions = {}): Promise<SavedBaseline> {
  const { baseline: added, refused } = baselineOf(runs);
  const path = options.path ?? join(baselinesDirectory, baselineFileName(added));
  const existing = (await exists(path)) ? await readBaseline(path) : undefined;
  const baseline = existing === undefined ? added : merged({ existing, added, runs, accept: options.accept });
  await writeBaseline(path, baseline);
  return { path, baseline, refused };
}

interface Merge {
  readonly existing: Baseline;
  readonly added: Baseline;
  readonly runs: readonly RunResult[];
  readonly accept: string | undefined;
}

function merged({ existing, added, runs, accept }: Merge): Baseline {
  const both = appended(existing, added);
  const comparison = compare({ baseline: existing, candidate: runs });
  if (comparison.verdict !== 'regression') return both;
  if (accept !== undefined)
    return { ...both, sessions: added.sessions, accepted: { reason: accept, at: runsOf(added)[0].startedAt } };
  throw new McpbError(
    'MCPB_E_USAGE',
    `these runs are a regression against the baseline: ${comparison.reasons.join('; ')}`,
    {
      hint: 'to take them as the new measure all the same: --accept "reason"',
    },
  );
}

export interface BaselineSummary {
  readonly path: string;
  readonly scenario: string;
  readonly speed: number;
  readonly machineClass: string;
  readonly sessions: number;
  readonly runs: number;
  /** Start of the newest run. */
  readonly newest: string;
}

/** The baselines in a folder, by name; empty when there is no folder. */
export async function listBaselines(directory: string = baselinesDirectory): Promise<BaselineSummary[]> {
  const paths = (await baselineNames(directory)).map((name) => join(directory, name));
  return Promise.all(paths.map(async (path) => summarise(path, await readBaseline(path))));
}

function summarise(path: string, baseline: Baseline): BaselineSummary {
  const runs = runsOf(baseline);
  return {
    path,
    scenario: baseline.scenario.name,
    speed: baseline.speed,
    machineClass: baseline.environment.class,
    sessions: baseline.sessions.length,
    runs: runs.length,
    newest: runs.at(-1)?.startedAt ?? '',
  };
}

/** What a baseline is wanted for, where that is known. */
export type Wanted = Pick<RunResult, 'scenario' | 'speed' | 'environment'>;

/**
 * Path of the baseline meant by a file, a folder or a scenario's name (looked up in `baselines/`). In a folder: the one
 * of the wanted scenario and machine class, else one of another class, which a comparison will refuse by naming what
 * differs. MCPB_E_NO_BASELINE when there is none.
 */
export async function findBaseline(
  where: string,
  wanted?: Wanted,
  directory: string = baselinesDirectory,
): Promise<string> {
  if (await isDirectory(where))
    return pick(where, wanted && [baselineStem(wanted.scenario.name, wanted.speed)], wanted);
  if (await exists(where)) return where;
  if (/[/\\]|\.json$/.test(where)) throw noBaseline(`${where} does not exist`, wanted?.scenario.name);
  const stems = wanted?.scenario.name === where ? [baselineStem(where, wanted.speed)] : [where];
  return pick(directory, stems, wanted);
}

async function pick(
  directory: string,
  stems: readonly string[] | undefined,
  wanted: Wanted | undefined,
): Promise<string> {
  const names = (await baselineNames(directory)).filter(
    (name) => stems === undefined || stems.some((stem) => name.startsWith(`${stem}.`)),
  );
  const ofClass = names.filter((name) => wanted !== undefined && name.endsWith(`.${wanted.environment.class}.json`));
  const choice = ofClass.length > 0 ? ofClass : names;
  if (choice.length === 0)
    throw noBaseline(`there is no baseline ${stems ? `of ${stems[0]} ` : ''}in ${directory}`, stems?.[0]);
  if (choice.length > 1 && ofClass.length !== 1 && stems === undefined)
    throw new McpbError('MCPB_E_USAGE', `several baselines in ${directory}: ${choice.join(', ')}`, {
      hint: 'name one of them',
    });
  return join(directory, choice[0]);
}

async function baselineNames(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /\.[a-z0-9]+-\d+c-[\d.]+g-[0-9a-f]{8}\.json$/.test(name)).sort();
}

function noBaseline(message: string, scenario = 'SCENARIO'): McpbError {
  return new McpbError('MCPB_E_NO_BASELINE', message, { hint: `record one: mcpb baseline save ${scenario}` });
}
