import type { Era } from '../wire/mcp.ts';
import type { CheckPlan } from './checks.ts';
import type { FieldPlan } from './fields.ts';
import type { Threshold } from './thresholds.ts';

/**
 * A plan is everything a run will do, decided before it starts: complete, frozen, structured-cloneable.
 * Durations are seconds, time-outs milliseconds, rates per second.
 */
export interface Plan {
  readonly name: string;
  /** sha256 (hex) of the canonical resolved scenario without target address and secrets. */
  readonly hash: string;
  /** The resolved scenario as it is hashed and kept in the result. */
  readonly resolved: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Divisor of warm-up and stage times already applied to every duration below; 1 = the full profile. */
  readonly speed: number;
  /** Worker threads that generate the load. */
  readonly workers: number;
  readonly pacing: 'auto' | 'spin';
  /** Run in parallel. */
  readonly scenarios: readonly ScenarioPlan[];
  /** Data files that fields of requests refer to; absent where there are none. */
  readonly data?: readonly FeederPlan[];
  readonly thresholds: readonly Threshold[];
  readonly tags: Readonly<Record<string, string>>;
  /** Backend of a `bundled` target, as `gateway start --backend` takes it. */
  readonly backend: string;
}

/** Transports of the bundled gateway. */
export type BundledTransport = 'websocket' | 'tcp' | 'http';
export type TransportKind = BundledTransport | 'sse' | 'stdio';
/** Messages on a TCP connection: with a binary header each, or one a line. */
export type Framing = 'mcpb' | 'lines';
/** Messages on a WebSocket: JSON-RPC as it is, or in MCP Bridge's envelope. */
export type Dialect = 'plain' | 'envelope';
export type ExecutorKind =
  | 'constant-vus'
  | 'ramping-vus'
  | 'per-vu-iterations'
  | 'shared-iterations'
  | 'constant-arrival-rate'
  | 'ramping-arrival-rate'
  | 'session-arrival'
  | 'connection-arrival';
/** open: every counted exchange is due by the schedule; session: the first of each session is; closed: none is. */
export type Model = 'open' | 'closed' | 'session';

export interface ScenarioPlan {
  readonly name: string;
  /** Seconds after the start of the run. */
  readonly startTime: number;
  readonly target: Target;
  /** What to speak; auto: what the target turns out to speak. */
  readonly era: 'auto' | Era;
  /** Targets over TLS only. */
  readonly tls?: TlsPlan;
  /** none: no implied `initialize`. */
  readonly lifecycle: 'auto' | 'none';
  /** Request headers of HTTP and of the WebSocket upgrade. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bearer token: header on HTTP and WebSocket, `initialize` parameter on TCP. */
  readonly token?: string;
  readonly executor: ExecutorPlan;
  readonly phases: PhasesPlan;
  /** Seconds that iterations under way at the end may take to end by themselves. */
  readonly gracefulStop: number;
  /** What an iteration of one virtual user does, in order. */
  readonly steps: readonly StepPlan[];
  readonly operations: readonly OperationPlan[];
  /** One per-request limit from the planned instant, in ms. */
  readonly timeout: number;
  /** Limit of connect + upgrade + initialize together, in ms. */
  readonly connectTimeout: number;
  /** Iterations one virtual user may have under way at once (arrival executors) or exchanges it keeps outstanding (VU executors). */
  readonly inFlight: number;
  /** Connections in all, over all workers. */
  readonly maxConnections: number;
  /** New connections per second while connecting before the start; absent = as fast as the target accepts. */
  readonly connectRate?: number;
  readonly localAddresses: readonly string[];
}

export interface PhasesPlan {
  readonly warmup: number;
  readonly measure: number;
  readonly cooldown: number;
  /** Requests that every worker should have sent in the warm-up, where its length is the default. */
  readonly warmupRequests?: number;
}

export interface ExecutorPlan {
  readonly kind: ExecutorKind;
  readonly model: Model;
  /** Measure phase: level goes linearly from → to (VUs, or arrivals per second) over `seconds`. */
  readonly stages: readonly StagePlan[];
  /** Arrival-rate executors: connections opened before the clock starts. VU executors: the highest level. Others: 0. */
  readonly vus: number;
  /** Iterations to make in all, over all workers; absent = until the time is over. */
  readonly iterations?: number;
  /** Iterations each virtual user makes. */
  readonly iterationsPerVU?: number;
  /** Gaps between arrivals are drawn; absent = even. */
  readonly arrival?: 'poisson';
  /** Iterations (sessions, connections) that may be under way at once; an arrival that finds no room is dropped. */
  readonly maxVUs?: number;
  /** `ramping-vus`: seconds that the iteration of a user the ramp takes away may go on. */
  readonly gracefulRampDown?: number;
}

export interface StagePlan {
  readonly name: string;
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

/** Where the load goes. `bundled` is replaced by the started gateway's address before the plan reaches a worker. */
export interface Target {
  /** As the user wrote it, without credentials. */
  readonly url: string;
  readonly bundled: boolean;
  readonly transport: TransportKind;
  readonly host: string;
  /** What the host resolved to, once that is known. */
  readonly address?: string;
  readonly port: number;
  /** Over TLS. */
  readonly secure: boolean;
  /** Path and query of HTTP and WebSocket targets. */
  readonly path: string;
  /** stdio only: the program and its arguments. */
  readonly command?: readonly string[];
  /** TCP only. */
  readonly framing?: Framing;
  /** WebSocket only. */
  readonly dialect?: Dialect;
  /** TCP: with the handshake of its framing, or messages straight away against a bare echo server. */
  readonly handshake: boolean;
}

/** How a target over TLS is spoken to; texts in PEM. */
export interface TlsPlan {
  /** In place of the system's authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The target's certificate is not verified. */
  readonly insecure: boolean;
  /** Connections of a worker take up an earlier one's session; else each makes the full handshake. */
  readonly resumption: boolean;
  /** Asked for and verified in place of the target's host. */
  readonly serverName?: string;
}

export type StepPlan =
  /** `operation`: the handshake is an exchange of its own. */
  | { readonly type: 'connect'; readonly operation?: number }
  | { readonly type: 'initialize' }
  | { readonly type: 'call'; readonly operation: number }
  | { readonly type: 'mix'; readonly choices: readonly { readonly weight: number; readonly operation: number }[] }
  | { readonly type: 'think'; readonly milliseconds: ThinkTime }
  | { readonly type: 'hold'; readonly milliseconds: number }
  | { readonly type: 'close'; readonly how: 'delete' | 'abandon' | 'kill' };

/** Milliseconds: fixed, or drawn anew for every pause from a distribution with this mean or between these bounds. */
export type ThinkTime =
  | number
  | { readonly exponential: number }
  | { readonly uniform: readonly [least: number, most: number] };

export type Expectation = 'ok' | 'tool_error' | `rpc_error:${number}`;

/** One named kind of exchange: the key of its histograms. */
export interface OperationPlan {
  readonly name: string;
  readonly method: string;
  /** The same call where it is the first of an open arrival; this one is planned when the one before it is over. */
  readonly inSessionOf?: string;
  /** The whole JSON-RPC request; the id stands at `idOffset` as ten digits to be patched. */
  readonly body: string;
  readonly idOffset: number;
  readonly expect: Expectation;
  readonly checks: readonly CheckPlan[];
  /** What the marks in the body stand for (fields.ts); absent where every request is the same but for its id. */
  readonly fields?: readonly FieldPlan[];
  /** What later calls of the iteration take from a reply. */
  readonly captures?: readonly CapturePlan[];
}

/** A part of a reply that is kept under a name until the iteration ends. */
export interface CapturePlan {
  readonly name: string;
  readonly path: CheckPlan['path'];
}

/** A data file: an iteration uses one row of it. */
export interface FeederPlan {
  readonly name: string;
  readonly pick: 'random' | 'sequential';
  /** sha256 (hex) of the file. */
  readonly sha256: string;
  readonly rows: number;
  /** Values of the columns that are used, by row. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** Ten digits that stand for the id in a prepared body. */
export const idPlaceholder = '1000000000';

type Pacing = Pick<Plan, 'scenarios' | 'pacing'>;

/** Workers poll rather than sleep until the next instant of a schedule; virtual users have none. */
export function spins(plan: Pacing): boolean {
  return plan.pacing === 'spin' && hasSchedule(plan);
}

/** Instants of a schedule are worth a thread that wakes a worker for them, where the worker does not poll anyway. */
export function hasAlarms(plan: Pacing): boolean {
  return plan.pacing !== 'spin' && hasSchedule(plan);
}

function hasSchedule({ scenarios }: Pacing): boolean {
  return scenarios.some(({ executor }) => executor.model !== 'closed');
}
