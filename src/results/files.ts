import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { McpbError } from '../errors.ts';
import { isDirectory, isObject, type JsonObject, readJsonObject, writeAtomically } from './json-file.ts';
import type { RunResult } from './result.ts';

export const resultsDirectory = '.mcpb/results';
const schema = 'mcpb.result/1';

/**
 * Writes a result as a whole or not at all. `path` ending in `.json` is the file; anything else is a folder, made when
 * missing, that gets `<start>-<scenario>-<runId>.json`. Returns the file's path.
 */
export async function writeResult(result: RunResult, path: string = resultsDirectory): Promise<string> {
  const file = path.endsWith('.json') ? path : join(path, resultFileName(result));
  await writeAtomically(file, `${JSON.stringify(result)}\n`);
  return file;
}

/** Names sort by start: `20261123T210647123Z-smoke-4f1c.json`. */
function resultFileName(result: RunResult): string {
  return `${result.startedAt.replace(/[-:.]/g, '')}-${fileSafe(result.scenario.name)}-${fileSafe(result.runId)}.json`;
}

/** A name as part of a file's name: separators and the like become dashes. */
export function fileSafe(name: string): string {
  return name.replace(/[^A-Za-z0-9._@-]+/g, '-').replace(/^\.+/, '');
}

/** Reads a result file; unknown keys are kept. MCPB_E_FILE when it cannot be read, MCPB_E_FORMAT when it is something else. */
export async function readResult(path: string): Promise<RunResult> {
  const document = await readJsonObject(path);
  if (!isResult(document))
    throw new McpbError('MCPB_E_FORMAT', `${path} is not a result (${describeSchema(document)})`, {
      hint: `results carry "schema": "${schema}"; mcpb load writes them to ${resultsDirectory}`,
    });
  // Results of earlier versions have none.
  return 'certificate' in document ? document : { ...(document as RunResult), certificate: [] };
}

/** Blocks of `metrics` that everything printed or compared needs. */
const measured = [
  'requests',
  'responseTime',
  'targetTime',
  'serviceTime',
  'outcomes',
  'connections',
  'inFlight',
  'bytes',
];

export function isResult(document: JsonObject): document is JsonObject & RunResult {
  const blocks = ['metrics', 'operations', 'scenario', 'target', 'generator', 'environment', 'histograms', 'window'];
  return (
    document.schema === schema &&
    typeof document.runId === 'string' &&
    Array.isArray(document.stages) &&
    blocks.every((block) => isObject(document[block])) &&
    measured.every((block) => isObject((document.metrics as JsonObject)[block]))
  );
}

export function describeSchema(document: JsonObject): string {
  if (document.schema === schema) return 'parts of it are missing';
  return typeof document.schema === 'string' ? `its schema is ${document.schema}` : 'it has no schema';
}

/**
 * Runs of the newest session (one invocation of `load --runs N`) of a scenario, given by hash or name; of any scenario
 * when left out. Oldest run first; empty when there is none.
 */
export async function newestSession(directory: string, scenario?: string): Promise<RunResult[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => /^\d{8}T\d{9}Z-.+\.json$/.test(name));
  const session: RunResult[] = [];
  for (const name of names.sort().reverse()) {
    const run = await readResult(join(directory, name));
    if (scenario !== undefined && run.scenario.hash !== scenario && run.scenario.name !== scenario) continue;
    if (session.length > 0 && run.sessionId !== session[0].sessionId) break;
    session.push(run);
  }
  return session.reverse();
}

/** Results of files; a folder stands for its newest session, of the named scenario if one is given. */
export async function readResults(paths: readonly string[], scenario?: string): Promise<RunResult[]> {
  const groups = await Promise.all(
    paths.map(async (path) => ((await isDirectory(path)) ? newestSession(path, scenario) : [await readResult(path)])),
  );
  return groups.flat();
}
