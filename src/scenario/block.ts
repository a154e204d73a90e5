import { McpbError } from '../errors.ts';
import { type Credentials, contradicts, credentials } from './credentials.ts';
import { executorPlan, isRamp, type Shape } from './executors.ts';
import type { NamedBlock } from './load.ts';
import type { ExecutorPlan, ScenarioPlan, StepPlan, Target } from './plan.ts';
import type { Problems } from './problems.ts';
import { reshape } from './reshape.ts';
import type { Block } from './schema.ts';
import type { Settings } from './settings.ts';
import { planSteps } from './steps.ts';
import { isBundled, parseTarget } from './target.ts';

/** What is above and below a scenario in precedence, and where its mistakes are told. */
export interface Layers {
  /** `MCPB_*` variables and flags. */
  readonly upper: Settings;
  /** Configuration file. */
  readonly lower: Settings;
  readonly cores: number;
  readonly speed: number;
  readonly problems: Problems;
  /** The load of a block before flags. */
  base(block: Block): Shape;
}

const defaults = { warmup: 3, cooldown: 1, timeout: 30, connectTimeout: 5, maxConnections: 10_000 };
/** Stands for no limit of iterations under way on one connection. */
const unlimited = 1_000_000;

export function planBlock(named: NamedBlock, layers: Layers): ScenarioPlan {
  const { block, path } = named;
  const { upper, lower, speed } = layers;
  const { steps, operations } = planSteps(block.steps, path, (problem) => layers.problems.inScenario(problem));
  const shape = reshape(layers.base(block), upper, (key, reason) => layers.problems.typed(key, reason));
  if (shape.requests !== undefined && callsIn(steps) !== 1)
    layers.problems.typed(
      'requests',
      `an iteration makes ${callsIn(steps)} requests; it can only be set where it makes one`,
    );
  const executor = executorPlan(shape, layers.cores, speed);
  checkLevels(executor, named, layers);
  const target = targetOf(named, layers);
  return {
    name: named.name,
    startTime: (block.startTime ?? 0) / speed,
    target,
    lifecycle: block.lifecycle ?? 'auto',
    ...credentialsOf(named, layers, target),
    executor,
    phases: phasesOf(named, layers, executor, steps),
    steps,
    operations,
    timeout: (upper.timeout ?? block.timeout ?? lower.timeout ?? defaults.timeout) * 1000,
    connectTimeout:
      (upper.connectTimeout ?? block.connectTimeout ?? lower.connectTimeout ?? defaults.connectTimeout) * 1000,
    inFlight: inFlightOf(named, layers, target, executor, steps),
    maxConnections: maxConnectionsOf(named, layers, executor),
    ...(block.connectRate !== undefined && { connectRate: block.connectRate }),
    localAddresses: upper.localAddresses ?? block.localAddresses ?? lower.localAddresses ?? [],
  };
}

function callsIn(steps: readonly StepPlan[]): number {
  return steps.filter(({ type }) => type === 'call' || type === 'mix').length;
}

function checkLevels({ model, stages }: ExecutorPlan, { path }: NamedBlock, { upper, problems }: Layers): void {
  const levels = stages.flatMap(({ from, to }) => [from, to]);
  const report = (message: string): void =>
    upper.stages ? problems.typed('stages', message) : problems.inScenario({ path: [...path, 'stages'], message });
  if (!levels.some((level) => level > 0)) report('the load is never above zero');
  if (model === 'closed' && !levels.every(Number.isInteger)) report('a number of VUs is whole');
}

function targetOf(scenario: NamedBlock, { upper, lower, problems }: Layers): Target {
  const { block, path } = scenario;
  const inFile = block.target ?? lower.target ?? 'bundled';
  const keepsPath = upper.target === 'bundled' && isBundled(inFile);
  const text = keepsPath ? inFile : (upper.target ?? inFile);
  const named = isBundled(text)
    ? (block.transport ?? lower.transport)
    : text === block.target
      ? block.transport
      : undefined;
  try {
    const { framing, dialect } = block;
    const target = parseTarget(text, { transport: upper.transport ?? named, framing, dialect });
    if (text === inFile) checkForm(target, scenario, problems);
    return target;
  } catch (error) {
    if (!(error instanceof McpbError)) throw error;
    if (upper.transport !== undefined) problems.typed('transport', error.message);
    else problems.inScenario({ path: [...path, 'target'], message: error.message });
    return parseTarget('bundled');
  }
}

/** What a file says of the form of messages must be true of the target it names. */
function checkForm(target: Target, { block, path }: NamedBlock, problems: Problems): void {
  for (const key of ['framing', 'dialect'] as const) {
    if (block[key] === undefined || block[key] === target[key]) continue;
    const reason =
      target[key] === undefined ? `there is none over ${target.transport}` : `the target says ${target[key]}`;
    problems.inScenario({ path: [...path, key], message: `${key} ${block[key]}: ${reason}` });
  }
}

function credentialsOf({ block, path }: NamedBlock, { upper, lower, problems }: Layers, target: Target): Credentials {
  const inFile = { token: block.auth?.token, headers: block.headers };
  const message = 'the token and the Authorization header contradict each other';
  if (contradicts(upper)) problems.typed('token', message);
  if (contradicts(inFile)) problems.inScenario({ path: [...path, 'auth'], message });
  const found = credentials([lower, inFile, upper]);
  if (target.transport === 'stdio') return { headers: [] };
  return target.transport === 'tcp' ? { ...found, headers: [] } : found;
}

/** Ramps, connect tests and runs of a number of requests have nothing to warm up and nothing to cool down. */
function phasesOf(
  { block }: NamedBlock,
  { upper, lower, speed }: Layers,
  executor: ExecutorPlan,
  steps: readonly StepPlan[],
): ScenarioPlan['phases'] {
  const bare = isRamp(executor.kind) || executor.iterations !== undefined || steps.some(({ type }) => type === 'close');
  const around = bare ? { warmup: 0, cooldown: 0 } : { ...defaults, warmup: lower.warmup ?? defaults.warmup };
  return {
    warmup: (upper.warmup ?? block.warmup ?? around.warmup) / speed,
    measure: executor.stages.reduce((total, { seconds }) => total + seconds, 0),
    cooldown: (block.cooldown ?? around.cooldown) / speed,
  };
}

function inFlightOf(
  { block, path }: NamedBlock,
  { upper, lower, problems }: Layers,
  target: Target,
  executor: ExecutorPlan,
  steps: readonly StepPlan[],
): number {
  if (executor.model === 'open') return upper.inFlight ?? block.inFlight ?? lower.inFlight ?? unlimited;
  const message = reasonForOne(target, steps);
  const inFlight = upper.inFlight ?? block.inFlight ?? (message ? 1 : (lower.inFlight ?? 1));
  if (message && inFlight > 1) {
    if (upper.inFlight !== undefined) problems.typed('inFlight', message);
    else problems.inScenario({ path: [...path, 'inFlight'], message });
  }
  return inFlight;
}

/** Why a virtual user can have one exchange outstanding at most; undefined when it can have more. */
function reasonForOne({ transport }: Target, steps: readonly StepPlan[]): string | undefined {
  const serial = steps.find(({ type }) => type === 'think' || type === 'hold' || type === 'close');
  if (serial) return `more than one in flight does not go with a step that waits or closes (${serial.type})`;
  if (transport !== 'http') return undefined;
  return 'HTTP/1.1 requests are not pipelined, a connection carries one at a time: use more VUs, or a target over WebSocket or TCP';
}

function maxConnectionsOf(
  { block, path }: NamedBlock,
  { upper, lower, problems }: Layers,
  { vus }: ExecutorPlan,
): number {
  const limit = upper.maxConnections ?? block.maxConnections ?? lower.maxConnections;
  if (limit === undefined) return Math.max(defaults.maxConnections, vus);
  if (limit < vus) {
    const message = `${limit} connections are fewer than the ${vus} VUs`;
    if (upper.maxConnections !== undefined || upper.vus !== undefined) problems.typed('maxConnections', message);
    else problems.inScenario({ path: [...path, 'maxConnections'], message });
  }
  return limit;
}
