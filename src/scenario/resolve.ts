import { relative } from 'node:path';
import { adHocScenario, type Operation } from './ad-hoc.ts';
import { type Layers, planBlock } from './block.ts';
import { configSettings } from './config-file.ts';
import { type Shape, shapeOf, withGapsFilled } from './executors.ts';
import { locateScenario } from './find.ts';
import { hashOf, resolvedScenario } from './fingerprint.ts';
import { deepFreeze } from './freeze.ts';
import { loadScenario, type NamedBlock, type ScenarioFile } from './load.ts';
import { environmentName, environmentOverrides, flagNames, type OverrideKey, type Overrides } from './overrides.ts';
import { defaultWarmup, isBare } from './phases.ts';
import type { Plan } from './plan.ts';
import { Problems } from './problems.ts';
import { reshape, shapeKeys } from './reshape.ts';
import { readSettings, type Settings } from './settings.ts';
import { sharedOut } from './shares.ts';
import { mergeThresholds, placedInRun } from './threshold-rules.ts';
import { withFilesIn } from './tls.ts';
import { usedData } from './used-data.ts';
import { countOn } from './values.ts';
import { checkWhole } from './whole.ts';

export interface PlanRequest {
  /** Bundled name or path of a file; without one an operation makes an ad-hoc scenario (default `tools/list`). */
  readonly scenario?: string;
  readonly operation?: Operation;
  readonly overrides: Overrides;
}

export interface PlanContext {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly cores: number;
}

type PlanContent = Omit<Plan, 'hash' | 'resolved'>;

/** Seed of the choices a plan leaves to chance; fixed, so that every run makes the same ones. */
const seed = 1;
const defaults = { speed: 1, workers: 1, pacing: 'auto', backend: 'echo' } as const;

/**
 * Everything a run will do. Precedence: default < `mcpb.config.yaml` < scenario < `MCPB_*` < flag.
 * Throws McpbError: MCPB_E_SCENARIO_NOT_FOUND, MCPB_E_SCENARIO or MCPB_E_CONFIG with every fault of the file,
 * MCPB_E_USAGE with every fault of what was typed.
 */
export function planFor(request: PlanRequest, context: PlanContext): Plan {
  const fromEnvironment = environmentOverrides(context.env);
  const label = (key: OverrideKey): string => labelOf(key, request.overrides, fromEnvironment);
  const upper = withFilesIn(context.cwd, readSettings(combine(fromEnvironment, request.overrides), label));
  const lower = configSettings(context.cwd, { ...context.env, ...upper.env });
  const problems = new Problems(label);
  const speed = upper.speed ?? lower.speed ?? defaults.speed;
  const layers = { upper, lower, cores: context.cores, speed, problems };
  if (request.scenario === undefined) {
    const base = reshape({ kind: 'constant-vus' }, lower, (key, reason) => problems.typed(key, reason));
    return assemble(adHocScenario(request.operation ?? { method: 'tools/list' }), () => base, layers);
  }
  const path = locateScenario(request.scenario, context.cwd);
  const file = loadScenario(path, { ...context.env, ...lower.env, ...upper.env }, shownPath(path, context.cwd));
  if (file.blocks.length > 1 && file.blocks[0].weight === undefined) refuseShapes(file, upper, problems);
  return assemble(file, ({ block }) => withGapsFilled(shapeOf(block), lower), layers);
}

type Surroundings = Omit<Layers, 'warmup' | 'data'>;

/** `base`: the load of a block before flags. */
function assemble(file: ScenarioFile, base: (named: NamedBlock) => Shape, around: Surroundings): Plan {
  const { upper, lower, cores, speed, problems } = around;
  const { data } = file;
  const workers = countOn(cores, upper.workers ?? file.workers ?? lower.workers ?? defaults.workers);
  const shapes = shapesOf(file, base, around);
  const steady = file.blocks.flatMap(({ block: { steps = [] } }, i) =>
    isBare(shapes[i], steps)
      ? []
      : [{ shape: shapes[i], calls: steps.filter(({ type }) => type === 'call' || type === 'mix').length }],
  );
  const layers: Layers = { ...around, data, warmup: defaultWarmup(steady, workers) };
  const scenarios = file.blocks.map((block, i) => planBlock(block, shapes[i], layers));
  const planned: PlanContent = {
    name: file.name,
    seed,
    speed,
    workers,
    pacing: upper.pacing ?? lower.pacing ?? defaults.pacing,
    scenarios,
    ...(data.length > 0 && {
      data: usedData(
        data,
        scenarios.flatMap(({ operations }) => operations),
      ),
    }),
    thresholds: mergeThresholds([
      lower.thresholds,
      file.thresholds.map(({ threshold }) => threshold),
      upper.thresholds,
    ]),
    tags: { ...lower.tags, ...file.tags, ...upper.tags },
    backend: upper.backend ?? file.backend ?? lower.backend ?? defaults.backend,
  };
  checkWhole(planned, file, upper, problems);
  problems.throwIfAny(file);
  const resolved = resolvedScenario(planned);
  const thresholds = planned.thresholds.map((threshold) => placedInRun(threshold, scenarios, speed));
  return deepFreeze({ ...planned, thresholds, resolved, hash: hashOf(resolved) });
}

/** The load of every block, flags included; blocks with weights share one. */
function shapesOf({ blocks }: ScenarioFile, base: (named: NamedBlock) => Shape, around: Surroundings): Shape[] {
  const typed = (named: NamedBlock) =>
    reshape(base(named), around.upper, (key, reason) => around.problems.typed(key, reason));
  const weights = blocks.flatMap(({ weight }) => weight ?? []);
  return weights.length > 0 ? sharedOut(typed(blocks[0]), weights, around.cores) : blocks.map(typed);
}

/** One scenario block cannot be told from another on a command line. */
function refuseShapes({ name, blocks }: ScenarioFile, upper: Settings, problems: Problems): void {
  const names = blocks.map((block) => block.name).join(', ');
  for (const key of shapeKeys.filter((shape) => upper[shape] !== undefined))
    problems.typed(key, `it needs a scenario with one block; ${name} has ${blocks.length} (${names})`);
}

function combine(lower: Overrides, upper: Overrides): Overrides {
  const joined = (key: 'headers' | 'tags' | 'env') => {
    const lines = [...(lower[key] ?? []), ...(upper[key] ?? [])];
    return lines.length > 0 ? { [key]: lines } : {};
  };
  return { ...lower, ...upper, ...joined('headers'), ...joined('tags'), ...joined('env') };
}

function labelOf(key: OverrideKey, flags: Overrides, environment: Overrides): string {
  if (flags[key] !== undefined) return flagNames[key];
  return environment[key] === undefined ? `mcpb.config.yaml: ${key}` : environmentName(key);
}

function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
}
