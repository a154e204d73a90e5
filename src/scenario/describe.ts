import { formatBytes, formatCount, formatDuration } from '../units.ts';
import { type Capacity, doubtsOf, shortagesOf, unknownCapacity } from './capacity.ts';
import { isRendered, writtenBody } from './fields.ts';
import type { FeederPlan, OperationPlan, Plan, ScenarioPlan, StagePlan, StepPlan, ThinkTime, TlsPlan } from './plan.ts';
import type { Requirements } from './requirements.ts';
import type { Threshold } from './thresholds.ts';

/** Steps that are shown of an iteration. */
const mostSteps = 16;

/** A plan and what it will need, as `inspect` prints it. */
export function describePlan(plan: Plan, needs: Requirements, has: Capacity = unknownCapacity): string {
  const settings = [`${plan.workers} ${plan.workers === 1 ? 'worker' : 'workers'}`, `pacing ${plan.pacing}`];
  if (plan.speed !== 1) settings.push(`speed ${plan.speed}`);
  if (plan.scenarios.some(({ target }) => target.bundled)) settings.push(`backend ${plan.backend}`);
  return [
    `${plan.name}  ${settings.join(', ')}`,
    `hash ${plan.hash}`,
    ...(plan.data ?? []).map(describeData),
    ...plan.scenarios.map(describeScenario),
    `\nthresholds\n${plan.thresholds.map((threshold) => `  ${describeThreshold(threshold)}`).join('\n')}`,
    `\n${describeNeeds(needs, has)}`,
  ].join('\n');
}

/** Requests that are sent first, where they differ from one to the next. */
export function describeSamples(samples: readonly { readonly operation: string; readonly body: string }[]): string {
  return `\nthe first requests\n${samples.map(({ operation, body }) => `  ${operation}: ${body}`).join('\n')}`;
}

function describeData({ name, rows, pick, sha256 }: FeederPlan): string {
  return `data ${name}: ${formatCount(rows)} rows, ${pick}, sha256 ${sha256.slice(0, 12)}`;
}

function describeThreshold({ expression, parts, abortAfter }: Threshold): string {
  const stages = parts === undefined ? '' : `, in each of ${parts.length} stages`;
  const after = abortAfter ? ` from ${formatDuration(abortAfter)} of measured load on` : '';
  return `${expression}${stages}${abortAfter === undefined ? '' : `, ends the run when broken${after}`}`;
}

/** Length of a run in words. */
export function describeLength(seconds: number | null): string {
  return seconds === null ? 'until the requests are made' : formatDuration(seconds);
}

function describeScenario(scenario: ScenarioPlan): string {
  const { executor, phases, target, operations } = scenario;
  const rows: [string, string][] = [
    ['target', target.bundled ? `${target.url} (${target.transport})` : target.url],
    ...(scenario.tls ? [['tls', describeTls(scenario.tls)] satisfies [string, string]] : []),
    ['load', `${executor.kind}, ${describeLoad(scenario)}`],
    ['stages', executor.stages.map((stage) => describeStage(stage)).join(', ')],
    ['around', `warm-up ${formatDuration(phases.warmup)}, cool-down ${formatDuration(phases.cooldown)}`],
    ['at the end', `iterations under way have ${formatDuration(scenario.gracefulStop)}`],
    ['limits', `time-out ${scenario.timeout} ms, connect ${scenario.connectTimeout} ms`],
    ['era', scenario.era],
    ['lifecycle', scenario.lifecycle],
    ['steps', describeSteps(scenario)],
    ...operations
      .filter(isSent)
      .map(({ body, fields = [] }): [string, string] => ['request', writtenBody(body, fields)]),
    ...operations.flatMap(describeSlowPath),
    ...operations.flatMap(({ checks }) => checks.map(({ name }): [string, string] => ['check', name])),
  ];
  const start = scenario.startTime > 0 ? ` after ${formatDuration(scenario.startTime)}` : '';
  return `\nscenario ${scenario.name}${start}\n${table(rows)}`;
}

/** What costs more than writing prepared bytes. */
function describeSlowPath({ name, fields = [], captures = [] }: OperationPlan): [string, string][] {
  const rendered: [string, string][] = isRendered(fields)
    ? [['slow path', `${name}: the request is put together for every exchange`]]
    : [];
  const names = captures.map((capture) => capture.name).join(', ');
  return names === '' ? rendered : [...rendered, ['slow path', `${name}: every reply is parsed for ${names}`]];
}

function describeLoad({ executor, inFlight }: ScenarioPlan): string {
  const { vus, iterations, iterationsPerVU, maxVUs, arrival } = executor;
  const most = maxVUs === undefined ? '' : `, at most ${formatCount(maxVUs)} at once`;
  const users =
    executor.model === 'closed'
      ? `at most ${formatCount(vus)} VUs, ${inFlight} in flight each`
      : vus === 0
        ? `a connection for each${most}`
        : `over ${formatCount(vus)} connections${most}`;
  return [
    users,
    ...(iterations === undefined ? [] : [`${formatCount(iterations)} iterations in all`]),
    ...(iterationsPerVU === undefined ? [] : [`${formatCount(iterationsPerVU)} iterations each`]),
    ...(arrival === undefined ? [] : [`${arrival} arrivals`]),
  ].join(', ');
}

/** Written once where a session makes the same call again. */
function isSent({ body, inSessionOf }: OperationPlan, _index: number, all: readonly OperationPlan[]): boolean {
  return body !== '' && !all.some(({ name }) => name === inSessionOf);
}

/** All of them, or the first ones of many. */
function describeSteps({ steps, operations }: ScenarioPlan): string {
  const shown = steps.length > mostSteps ? steps.slice(0, mostSteps - 1) : steps;
  const words = shown.map((step) => describeStep(step, operations));
  const last = steps[steps.length - 1];
  if (shown.length < steps.length) words.push(`… ${steps.length} in all`, describeStep(last, operations));
  return words.join(' → ');
}

function describeTls({ ca, cert, insecure, resumption, serverName }: TlsPlan): string {
  return [
    insecure
      ? 'not verified'
      : `verified against ${ca === undefined ? 'the usual authorities' : 'the given authorities'}`,
    ...(serverName === undefined ? [] : [`as ${serverName}`]),
    ...(cert === undefined ? [] : ['with a client certificate']),
    resumption ? 'sessions resumed' : 'a full handshake each time',
  ].join(', ');
}

function describeStage({ name, seconds }: StagePlan): string {
  return `${name} in ${formatDuration(seconds)}`;
}

function describeStep(step: StepPlan, operations: readonly OperationPlan[]): string {
  switch (step.type) {
    case 'call':
      return operations[step.operation].name;
    case 'mix':
      return `one of ${step.choices.map(({ weight, operation }) => `${weight} ${operations[operation].name}`).join(', ')}`;
    case 'think':
      return `think ${describeThink(step.milliseconds)}`;
    case 'hold':
      return `hold ${formatDuration(step.milliseconds / 1000)}`;
    case 'close':
      return `close (${step.how})`;
    default:
      return step.type;
  }
}

function describeThink(time: ThinkTime): string {
  if (typeof time === 'number') return formatDuration(time / 1000);
  if ('exponential' in time) return `exponential, mean ${formatDuration(time.exponential / 1000)}`;
  const [least, most] = time.uniform.map((millis) => formatDuration(millis / 1000));
  return `uniform, ${least} to ${most}`;
}

function describeNeeds(needs: Requirements, has: Capacity): string {
  const more =
    needs.connectionsAtMost > needs.connections ? `, up to ${formatCount(needs.connectionsAtMost)} on demand` : '';
  const again = needs.newConnectionPerIteration ? ', a new one for every iteration' : '';
  const gateway =
    needs.gatewayFileDescriptors > 0 ? `, the bundled gateway ${formatCount(needs.gatewayFileDescriptors)}` : '';
  const rest = needs.newConnectionPerIteration
    ? ', each taken for a minute after its end (a second on the loopback)'
    : '';
  const rows: [string, string][] = [
    ['time', describeLength(needs.seconds)],
    ['connections', `${formatCount(needs.connections)}${more}${again}`],
    ['open files', `${formatCount(needs.fileDescriptors)}${gateway}${outOf(has.openFiles, 'a process may have')}`],
    [
      'ports',
      `${formatCount(needs.portsPerAddress)} of one source address${rest}${outOf(has.localPorts, 'the system gives out')}`,
    ],
    ['memory', `${formatBytes(needs.memoryBytes)} for connections, histograms and prepared requests`],
    ...[...shortagesOf(needs, has), ...doubtsOf(needs, has)].flatMap(({ message, hint }): [string, string][] => [
      ['!', message],
      ['', hint],
    ]),
  ];
  return `will need\n${table(rows)}`;
}

function outOf(have: number | null, words: string): string {
  return have === null ? '' : `; ${words} ${formatCount(have)}`;
}

function table(rows: readonly [string, string][]): string {
  return rows.map(([key, value]) => `  ${key.padEnd(12)}${value}`).join('\n');
}
