import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type ConfigDocument, type Path, readDocument } from '../config/document.ts';
import type { Environment } from '../config/environment.ts';
import { type Fault, faultsError } from '../config/fault.ts';
import { type Validated, validate } from '../config/validate.ts';
import { McpbError } from '../errors.ts';
import { type DeclaredFeeder, type Feeder, readFeeder } from './data.ts';
import { remarks } from './remarks.ts';
import {
  type Block,
  type ParallelFile,
  parallelSchema,
  type SingleFile,
  singleSchema,
  type WeightedFile,
  weightedSchema,
} from './schema.ts';
import { templateFaults } from './template-faults.ts';
import { ofScenario } from './threshold-rules.ts';
import type { PlacedThreshold } from './threshold-schema.ts';
import { withFilesIn } from './tls.ts';
import type { CoreCount } from './values.ts';

/** A valid scenario file: what stands in it, with nothing filled in. */
export interface ScenarioFile {
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly workers?: CoreCount | undefined;
  readonly backend?: string | undefined;
  /** Those of the file, then those of its blocks. */
  readonly thresholds: readonly PlacedThreshold[];
  /** Data files, read. */
  readonly data: readonly Feeder[];
  readonly blocks: readonly NamedBlock[];
  /** The error for what is wrong at these places. */
  faults(problems: readonly PlanProblem[]): McpbError;
}

export interface NamedBlock {
  readonly name: string;
  /** Where it stands in the file. */
  readonly path: Path;
  readonly block: Block;
  /** Its share of the load that it has in common with the other blocks; absent: it has a load of its own. */
  readonly weight?: number;
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
  const file = parseScenario(readFileSync(path, 'utf8'), shown, dirname(path), env);
  return { ...file, blocks: file.blocks.map((named) => located(named, dirname(path))) };
}

function parseScenario(text: string, path: string, folder: string, env: Environment): ScenarioFile {
  const document = readDocument(text, path, env);
  const checked = validated(document);
  const problems: PlanProblem[] = [];
  const thresholds = checked.value ? thresholdsOf(checked.value, problems) : [];
  const located = (found: readonly PlanProblem[]): Fault[] =>
    found.map((problem) => ({ ...document.locate(problem.path, 'value'), message: problem.message }));
  const faults = [...checked.faults, ...located(problems), ...templateFaults(document)];
  if (!checked.value || faults.length > 0) throw scenarioError(path, faults);
  const { name, description, tags, workers, bundled, data = [] } = checked.value;
  return {
    name: name ?? basename(path).replace(/\.\w+$/, ''),
    description,
    tags,
    workers,
    backend: bundled?.backend,
    thresholds,
    data: readData(data, folder, document, path),
    blocks: blocksOf(checked.value),
    faults: (found) => scenarioError(path, located(found)),
  };
}

type AnyFile = SingleFile | ParallelFile | WeightedFile;

function validated(document: ConfigDocument): Validated<AnyFile> {
  const { value } = document;
  if (!isMap(value) || !('scenarios' in value)) return validate<SingleFile>(document, singleSchema, remarks);
  const weighted =
    isMap(value.scenarios) && Object.values(value.scenarios).some((one) => isMap(one) && 'weight' in one);
  return weighted
    ? validate<WeightedFile>(document, weightedSchema, remarks)
    : validate<ParallelFile>(document, parallelSchema, remarks);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function blocksOf(file: AnyFile): NamedBlock[] {
  if (!('scenarios' in file)) {
    const { thresholds: _, ...block } = file;
    return [{ name: 'default', path: [], block }];
  }
  const { scenarios, thresholds: _, ...outer } = file;
  return Object.entries(scenarios).map(([name, inner]): NamedBlock => {
    const headers = { ...outer.headers, ...inner.headers };
    const path = ['scenarios', name];
    if (!('weight' in inner)) return { name, path, block: { ...outer, ...inner, headers } };
    const { weight, ...block } = inner;
    return { name, path, block: { ...outer, ...block, headers }, weight };
  });
}

function thresholdsOf(file: AnyFile, problems: PlanProblem[]): PlacedThreshold[] {
  const outer = (file.thresholds ?? []).map(({ threshold, path }) => ({ threshold, path: ['thresholds', ...path] }));
  if (!('scenarios' in file)) return outer;
  const blocks: [string, Pick<Block, 'thresholds'>][] = Object.entries(file.scenarios);
  const inner = blocks.flatMap(([name, block]) =>
    (block.thresholds ?? []).flatMap(({ threshold, path: within }): PlacedThreshold[] => {
      const path = ['scenarios', name, 'thresholds', ...within];
      try {
        return [{ threshold: ofScenario(threshold, name), path }];
      } catch (error) {
        if (!(error instanceof McpbError)) throw error;
        problems.push({ path, message: error.message });
        return [];
      }
    }),
  );
  return [...outer, ...inner];
}

/** With the files it names found from the folder of the scenario. */
function located(named: NamedBlock, folder: string): NamedBlock {
  const { block } = named;
  return block.tls === undefined ? named : { ...named, block: { ...block, tls: withFilesIn(folder, block.tls) } };
}

function readData(
  declared: readonly DeclaredFeeder[],
  folder: string,
  document: ConfigDocument,
  path: string,
): Feeder[] {
  const faults: Fault[] = [];
  const feeders = declared.flatMap((one) => {
    const where = document.locate(['data', one.name, one.format], 'value');
    return readFeeder(one, folder, (message) => faults.push({ ...where, message })) ?? [];
  });
  if (faults.length > 0) throw scenarioError(path, faults);
  return feeders;
}

function scenarioError(path: string, faults: readonly Fault[]): McpbError {
  return faultsError('MCPB_E_SCENARIO', path, faults, 'every key is described in docs/scenarios.md');
}
