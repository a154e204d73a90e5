import { McpbError } from '../errors.ts';
import { isResult, newestSession, readResults, resultsDirectory } from '../results/files.ts';
import { readJsonObject } from '../results/json-file.ts';
import type { RunResult } from '../results/result.ts';
import { loadCommand } from './advice.ts';
import { type Baseline, baselineOf, runsOf } from './baseline.ts';
import { parseBaseline } from './baseline-file.ts';
import { baselinesDirectory, findBaseline } from './baseline-store.ts';
import { runsForBounds } from './rules.ts';

export interface Selection {
  /** A baseline or result file, a folder of baselines, or a scenario's name. */
  readonly baseline: string;
  /** Result files or folders; empty: the newest session of the baseline's scenario. */
  readonly results: readonly string[];
  readonly resultsDirectory?: string;
  readonly baselinesDirectory?: string;
}

export interface Sides {
  readonly baseline: Baseline;
  readonly candidate: readonly RunResult[];
  /** Where the baseline was read from, unless it is a plain result. */
  readonly baselinePath?: string;
}

/** Finds the two sides of a comparison. MCPB_E_NO_RESULT, with the command to type, when there is nothing to compare. */
export async function selectSides(selection: Selection): Promise<Sides> {
  const folder = selection.resultsDirectory ?? resultsDirectory;
  const given = await readResults(selection.results);
  const likely =
    given[0] ?? (await newestSession(folder, scenarioOf(selection.baseline)))[0] ?? (await newestSession(folder))[0];
  const path = await findBaseline(selection.baseline, likely, selection.baselinesDirectory ?? baselinesDirectory);
  const { baseline, baselinePath } = await readSide(path);
  const candidate = given.length > 0 ? given : await newestSession(folder, baseline.scenario.hash);
  if (candidate.length === 0) throw noResult(`there is no result of ${baseline.scenario.name} in ${folder}`, baseline);
  const own = new Set(runsOf(baseline).map(({ runId }) => runId));
  if (candidate.every(({ runId }) => own.has(runId)))
    throw noResult(`the newest runs of ${baseline.scenario.name} are the baseline itself`, baseline);
  return { baseline, candidate, ...(baselinePath === undefined ? {} : { baselinePath }) };
}

/** A baseline file, or a plain result standing for one of a single run. */
async function readSide(path: string): Promise<Omit<Sides, 'candidate'>> {
  const document = await readJsonObject(path);
  if (isResult(document)) return { baseline: baselineOf([document]).baseline };
  return { baseline: parseBaseline(path, document), baselinePath: path };
}

function scenarioOf(baseline: string): string | undefined {
  return /[/\\]|\.json$/.test(baseline) ? undefined : baseline;
}

function noResult(message: string, baseline: Baseline): McpbError {
  const line = loadCommand({ scenario: { name: baseline.scenario.name, speed: baseline.speed } }, runsForBounds);
  return new McpbError('MCPB_E_NO_RESULT', message, { hint: `make some runs first: ${line}` });
}
