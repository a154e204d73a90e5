import { McpbError } from '../errors.ts';
import { connectionSteps, sessionSteps } from './arrival-steps.ts';
import { type Credentials, contradicts, credentials } from './credentials.ts';
import type { Feeder } from './data.ts';
import { bringsClients, executorPlan, type Shape } from './executors.ts';
import { apartInSession, isExchange } from './in-session.ts';
import type { NamedBlock } from './load.ts';
import { isBare, phasesOf } from './phases.ts';
import type { ExecutorPlan, OperationPlan, ScenarioPlan, StepPlan, Target } from './plan.ts';
import type { Problems } from './problems.ts';
import type { Settings } from './settings.ts';
import { planSteps } from './steps.ts';
import { isBundled, parseTarget } from './target.ts';
import { planTls } from './tls.ts';

/** What is above and below a scenario in precedence, and where its mistakes are told. */
export interface Layers {
  /** `MCPB_*` variables and flags. */
  readonly upper: Settings;
  /** Configuration file. */
  readonly lower: Settings;
  readonly data: readonly Feeder[];
  readonly cores: number;
  readonly speed: number;
  /** Seconds of warm-up where nothing is said. */
  readonly warmup: number;
  readonly problems: Problems;
}

const defaults = { timeout: 30, connectTimeout: 5, maxConnections: 10_000 };
/** Stands for no limit of iterations under way on one connection. */
const unlimited = 1_000_000;

/** `shape`: the load of the block, flags included. */
export function planBlock(named: NamedBlock, shape: Shape, layers: Layers): ScenarioPlan {
  const { block } = named;
  const { upper, lower, speed } = layers;
  const planned = executorPlan(shape, layers.cores, speed);
  const { steps, operations } = programOf(named, planned, layers);
  checkLoad(planned, named, layers);
  checkSteps(steps, operations, planned, named, layers);
  const target = targetOf(named, layers);
  const maxConnections = maxConnectionsOf(named, layers, planned);
  const executor = bringsClients(planned.kind) ? { ...planned, maxVUs: planned.maxVUs ?? maxConnections } : planned;
  return {
    name: named.name,
    startTime: (block.startTime ?? 0) / speed,
    target,
    era: eraOf(named, layers, target, steps),
    ...planTls(named, layers, target),
    lifecycle: block.lifecycle ?? 'auto',
    ...credentialsOf(named, layers, target),
    executor,
    ...phasesOf(named, layers, isBare(shape, steps), executor),
    steps,
    operations,
    timeout: (upper.timeout ?? block.timeout ?? lower.timeout ?? defaults.timeout) * 1000,
    connectTimeout:
      (upper.connectTimeout ?? block.connectTimeout ?? lower.connectTimeout ?? defaults.connectTimeout) * 1000,
    inFlight: inFlightOf(named, layers, target, executor, steps),
    maxConnections,
    ...(block.connectRate !== undefined && { connectRate: block.connectRate }),
    localAddresses: upper.localAddresses ?? block.localAddresses ?? lower.localAddresses ?? [],
  };
}

/** What an arrival or a user does, as it is counted. */
function programOf(
  { block, path }: NamedBlock,
  { kind, model }: ExecutorPlan,
  { problems, data }: Layers,
): { readonly steps: readonly StepPlan[]; readonly operations: readonly OperationPlan[] } {
  const written = planSteps(block.steps ?? [], path, data, (problem) => problems.inScenario(problem));
  if (kind === 'connection-arrival') return apartInSession(connectionSteps(written.steps, written.operations), model);
  if (block.executor !== 'session-arrival') return apartInSession(written, model);
  const { calls, think } = block.sessions;
  const pause = think === undefined ? undefined : ({ type: 'think', milliseconds: think } as const);
  return apartInSession({ ...written, steps: sessionSteps(written.steps, { calls, think: pause }) }, model);
}

function checkSteps(
  steps: readonly StepPlan[],
  operations: readonly OperationPlan[],
  { model, iterations, kind }: ExecutorPlan,
  { path }: NamedBlock,
  { upper, problems }: Layers,
): void {
  const report = (message: string): void => problems.inScenario({ path: [...path, 'steps'], message });
  const first = steps.findIndex(isExchange);
  if (first < 0) report('the steps make no request: add a call or a mix');
  const exchanges = steps.filter(isExchange).length;
  if (upper.requests !== undefined && iterations !== undefined && exchanges !== 1)
    problems.typed('requests', `an iteration makes ${exchanges} requests; it can only be set where it makes one`);
  const waits = (step: StepPlan): boolean => step.type === 'think' || step.type === 'hold';
  const opening = steps.slice(0, Math.max(0, first));
  if (
    model !== 'closed' &&
    opening.some(({ type }) => type === 'connect' || type === 'initialize') &&
    opening.some(waits)
  )
    report(`the first request of ${kind} is due with its arrival: it comes right after connecting`);
  if (new Set(operations.map(({ name }) => name)).size < operations.length)
    report(
      'an operation is named like another with " (in session)", or like the handshake "connect": choose another as:',
    );
}

function checkLoad({ model, stages, vus, maxVUs, kind }: ExecutorPlan, named: NamedBlock, layers: Layers): void {
  const { block, path } = named;
  const { upper, problems } = layers;
  const at = (key: string, message: string): void => problems.inScenario({ path: [...path, key], message });
  const levels = stages.flatMap(({ from, to }) => [from, to]);
  const report = (message: string): void => (upper.stages ? problems.typed('stages', message) : at('stages', message));
  if (!levels.some((level) => level > 0)) {
    if (named.weight !== undefined) at('weight', 'its share of the load is nothing');
    else if (bringsClients(kind) && stages.length === 1)
      at(kind === 'session-arrival' ? 'sessions' : 'rate', 'a rate or stages are missing');
    else report('the load is never above zero');
  }
  if (model === 'closed' && !levels.every(Number.isInteger)) report('a number of VUs is whole');
  if ('duration' in block && 'stages' in block && block.duration !== undefined && block.stages !== undefined)
    at('duration', 'stages have their own durations');
  if (maxVUs !== undefined && maxVUs < vus)
    at('maxVUs', `${maxVUs} are fewer than the ${vus} connections that stand from the start (vus)`);
  if (maxVUs !== undefined && block.inFlight !== undefined)
    at('inFlight', 'with maxVUs a virtual user makes one iteration at a time');
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

function eraOf(
  { block, path }: NamedBlock,
  { upper, lower, problems }: Layers,
  target: Target,
  steps: readonly StepPlan[],
): ScenarioPlan['era'] {
  const era = upper.era ?? block.era ?? lower.era ?? 'auto';
  const legacy =
    target.transport === 'sse' ? 'HTTP+SSE' : steps.some(({ type }) => type === 'initialize') && 'initialize';
  if (era === 'modern' && legacy) {
    const message = `there is no ${legacy} in the modern era`;
    if (upper.era !== undefined) problems.typed('era', message);
    else problems.inScenario({ path: [...path, 'era'], message });
  }
  return era;
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

function inFlightOf(
  { block, path }: NamedBlock,
  { upper, lower, problems }: Layers,
  target: Target,
  executor: ExecutorPlan,
  steps: readonly StepPlan[],
): number {
  if (executor.maxVUs !== undefined || bringsClients(executor.kind)) return 1;
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
