import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ConfigDocument, type Path, readDocument } from '../config/document.ts';
import type { Environment } from '../config/environment.ts';
import { type Fault, faultsError } from '../config/fault.ts';
import { type Validated, validate } from '../config/validate.ts';
import type { McpbError } from '../errors.ts';
import { remarks, templateRemark } from './remarks.ts';
import { type Block, type ParallelFile, parallelSchema, type SingleFile, singleSchema } from './schema.ts';
import type { Threshold } from './thresholds.ts';
import type { CoreCount } from './values.ts';

/** A valid scenario file: what stands in it, with nothing filled in. */
export interface ScenarioFile {
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly workers?: CoreCount | undefined;
  readonly backend?: string | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
  readonly blocks: readonly NamedBlock[];
  /** The error for what is wrong at these places. */
  faults(problems: readonly PlanProblem[]): McpbError;
}

export interface NamedBlock {
  readonly name: string;
  /** Where it stands in the file. */
  readonly path: Path;
  readonly block: Block;
}

export interface PlanProblem {
  readonly path: Path;
  readonly message: string;
}

/**
 * Reads a scenario file, called `shown` in messages. Throws McpbError MCPB_E_SCENARIO with every fault,
 * `file:line:column message`.
 */
export function loadScenario(path: string, env: Environment, shown = path): ScenarioFile {
  return parseScenario(readFileSync(path, 'utf8'), shown, env);
}

function parseScenario(text: string, path: string, env: Environment): ScenarioFile {
  const document = readDocument(text, path, env);
  const parallel = typeof document.value === 'object' && document.value !== null && 'scenarios' in document.value;
  const checked: Validated<SingleFile | ParallelFile> = parallel
    ? validate<ParallelFile>(document, parallelSchema, remarks)
    : validate<SingleFile>(document, singleSchema, remarks);
  const faults = [...checked.faults, ...templateFaults(document, document.value, [])];
  if (!checked.value || faults.length > 0) throw scenarioError(path, faults);
  const { name, description, tags, workers, bundled, thresholds } = checked.value;
  return {
    name: name ?? basename(path).replace(/\.\w+$/, ''),
    description,
    tags,
    workers,
    backend: bundled?.backend,
    thresholds,
    blocks: blocksOf(checked.value),
    faults: (problems) =>
      scenarioError(
        path,
        problems.map((problem) => ({ ...document.locate(problem.path, 'value'), message: problem.message })),
      ),
  };
}

function blocksOf(file: SingleFile | ParallelFile): NamedBlock[] {
  if (!('scenarios' in file)) return [{ name: 'default', path: [], block: file }];
  const { scenarios, ...outer } = file;
  return Object.entries(scenarios).map(([name, block]) => ({
    name,
    path: ['scenarios', name],
    block: { ...outer, ...block, headers: { ...outer.headers, ...block.headers } },
  }));
}

function templateFaults(document: ConfigDocument, value: unknown, path: Path): Fault[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, part]) =>
      templateFaults(document, part, [...path, Array.isArray(value) ? Number(key) : key]),
    );
  const message = typeof value === 'string' ? templateRemark(value) : undefined;
  return message === undefined ? [] : [{ ...document.locate(path, 'value'), message }];
}

function scenarioError(path: string, faults: readonly Fault[]): McpbError {
  return faultsError('MCPB_E_SCENARIO', path, faults, 'every key is described in docs/scenarios.md');
}
