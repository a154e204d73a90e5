import { mostConnections } from './lingering.ts';
import { type ExecutorPlan, hasAlarms, type Plan, type ScenarioPlan, type StepPlan, type Target } from './plan.ts';
import { dataBytes, preparedBytes } from './used-data.ts';

/** What a run will need of the machine that generates the load. */
export interface Requirements {
  /** Seconds of load; null when it ends with a number of requests, whenever that is. */
  readonly seconds: number | null;
  /** At once, all scenarios together. */
  readonly connections: number;
  /** More may be opened on demand, up to here. */
  readonly connectionsAtMost: number;
  /** Of this process, whose threads the workers are. */
  readonly fileDescriptors: number;
  readonly fileDescriptorsAtMost: number;
  /** Of the bundled gateway; 0 where it is not a target. */
  readonly gatewayFileDescriptors: number;
  /**
   * Local ports where the most of them are needed at once: of one of the source addresses, or where the system chooses
   * the address, towards one destination. The kernel gives a chosen address each port once, whatever the destination.
   */
  readonly portsPerAddress: number;
  readonly portsPerAddressAtMost: number;
  /** Every iteration opens a connection, whose port rests in TIME_WAIT afterwards. */
  readonly newConnectionPerIteration: boolean;
  readonly memoryBytes: number;
}

/** Of one connection with its buffers and virtual user. */
const connectionBytes = 15 * 1024;
/** 1 µs – 1 h at three digits: 22 buckets above the first of 2,048, half of each its own. */
const histogramCounts = 23 * 1024;
/** Response, target and service time, generator lag. */
const quantities = 4;
/** Per count: 4 in a worker, 4 in the copy it hands over, and 8 in the main thread. */
const workerCountBytes = 8;
const mainCountBytes = 8;
/** Descriptors of the process itself with its streams piped: 22 were counted, with the pipes of a gateway that it started 25; one file at a time besides. */
const processDescriptors = 26;
/** What a run adds to those that a process holds when it plans: a terminal's three, opened anew, a gateway's three pipes, files. */
const addedDescriptors = 8;
/** Of a worker: 6 of its event loop and thread, and the one file in which it reads now and then what the system counts. */
const workerDescriptors = 7;
/** Of a worker's alarm, a thread with an event loop of its own. */
const alarmDescriptors = 5;

/** `held`: descriptors that this process has open now; null where that is not known. */
export function requirementsOf(plan: Plan, held: number | null = null): Requirements {
  const { scenarios, workers } = plan;
  const connections = sum(scenarios, connectionsOf);
  const each = held === null ? processDescriptors : held + addedDescriptors;
  const own = each + workers * (workerDescriptors + (hasAlarms(plan) ? alarmDescriptors : 0));
  const bundled = scenarios.filter(({ target }) => target.bundled);
  return {
    seconds: secondsOf(scenarios),
    connections,
    connectionsAtMost: sum(scenarios, connectionCeiling),
    fileDescriptors: sum(scenarios, (one) => connectionsOf(one) * descriptorsEach(one)) + own,
    fileDescriptorsAtMost: sum(scenarios, (one) => connectionCeiling(one) * descriptorsEach(one)) + own,
    gatewayFileDescriptors: bundled.length === 0 ? 0 : sum(bundled, connectionsOf) + each + workerDescriptors,
    portsPerAddress: portsPerAddress(scenarios, connectionsOf),
    portsPerAddressAtMost: portsPerAddress(scenarios, connectionCeiling),
    newConnectionPerIteration: scenarios.some(
      ({ executor, steps }) => executor.vus === 0 || steps.some(({ type }) => type === 'close'),
    ),
    memoryBytes: connections * connectionBytes + histogramBytes(plan) + requestBytes(plan),
  };
}

function connectionsOf(scenario: ScenarioPlan): number {
  return clientsOf(scenario) * connectionsEach(scenario);
}

/** Of clients that come and go, as many as a rate has under way that wait as long as their steps say (Little's law). */
function clientsOf({ executor, steps }: ScenarioPlan): number {
  if (executor.vus > 0) return executor.vus;
  const rate = Math.max(...executor.stages.flatMap(({ from, to }) => [from, to]));
  const seconds = steps.reduce((total, step) => total + meanWait(step), 0) / 1000;
  return Math.min(executor.maxVUs ?? Number.POSITIVE_INFINITY, Math.ceil(rate * seconds) + 1);
}

/** HTTP+SSE has one for the stream and one for requests at least. */
function connectionsEach({ target }: ScenarioPlan): number {
  return target.transport === 'sse' ? 2 : 1;
}

function meanWait(step: StepPlan): number {
  if (step.type !== 'think' && step.type !== 'hold') return 0;
  const time = step.milliseconds;
  if (typeof time === 'number') return time;
  return 'exponential' in time ? time.exponential : (time.uniform[0] + time.uniform[1]) / 2;
}

/** HTTP opens connections while all others are busy: for as many requests as are due, for users only their own. */
function connectionCeiling(scenario: ScenarioPlan): number {
  const { executor, target, maxConnections, inFlight } = scenario;
  const clients = executor.model === 'closed' ? executor.vus : (executor.maxVUs ?? executor.vus);
  const standing = clients * connectionsEach(scenario);
  if (target.transport !== 'http' && target.transport !== 'sse') return standing;
  const streams = target.transport === 'sse' ? clients : 0;
  return Math.max(standing, Math.min(maxConnections, streams + clients * mostConnections(inFlight)));
}

/** A command has three pipes. */
function descriptorsEach({ target }: ScenarioPlan): number {
  return target.transport === 'stdio' ? 3 : 1;
}

function secondsOf(scenarios: readonly ScenarioPlan[]): number | null {
  if (scenarios.some(({ executor }) => isCounted(executor) && executor.model === 'closed')) return null;
  return Math.max(
    ...scenarios.map(({ startTime, phases }) => startTime + phases.warmup + phases.measure + phases.cooldown),
  );
}

function isCounted({ iterations, iterationsPerVU }: ExecutorPlan): boolean {
  return iterations !== undefined || iterationsPerVU !== undefined;
}

function portsPerAddress(scenarios: readonly ScenarioPlan[], of: (scenario: ScenarioPlan) => number): number {
  const ports = new Map<string, number>();
  for (const scenario of scenarios.filter(({ target }) => target.transport !== 'stdio')) {
    const { localAddresses, target } = scenario;
    const shares = localAddresses.length > 0 ? localAddresses : [destinationOf(target)];
    for (const one of shares) ports.set(one, (ports.get(one) ?? 0) + Math.ceil(of(scenario) / shares.length));
  }
  return Math.max(0, ...ports.values());
}

/** The bundled gateway takes HTTP and WebSocket on one port. */
function destinationOf({ bundled, transport, host, port }: Target): string {
  if (bundled) return transport === 'tcp' ? 'to bundled over tcp' : 'to bundled';
  return `to ${host} ${port}`;
}

/** Histograms are kept by stage × operation × quantity in every worker and in the main thread. */
function histogramBytes({ scenarios, workers }: Plan): number {
  const series = sum(scenarios, ({ executor, operations }) => executor.stages.length * operations.length);
  return series * quantities * histogramCounts * (workers * workerCountBytes + mainCountBytes);
}

/** Rows are kept in the main thread and in every worker, a prepared request for each of them in every worker. */
function requestBytes({ scenarios, data = [], workers }: Plan): number {
  const prepared = sum(scenarios, ({ operations }) => preparedBytes(operations, data));
  return workers * prepared + (workers + 1) * dataBytes(data);
}

function sum(scenarios: readonly ScenarioPlan[], of: (scenario: ScenarioPlan) => number): number {
  return scenarios.reduce((total, scenario) => total + of(scenario), 0);
}
