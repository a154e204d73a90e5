import { eras, methods, transports } from '../wire/mcp.ts';

/** Upper bounds of the latency histograms, in seconds. */
export const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Why an error was answered. `backend_error`: the backend's own, passed on. */
export const errorReasons = [
  'invalid_message',
  'backend_error',
  'unauthorized',
  'forbidden',
  'tooLarge',
  'rateLimited',
  'overloaded',
  'backend',
  'timeout',
] as const;
export type ErrorReason = (typeof errorReasons)[number];

/** Why a connection was refused, or cut by the gateway. */
export const failureReasons = [
  'unauthorized',
  'forbidden',
  'overloaded',
  'timeout',
  'protocol',
  'slow_consumer',
] as const;
export type FailureReason = (typeof failureReasons)[number];

export type Labels = Readonly<Record<string, string>>;

/** One name at `/metrics`, counted by the workers. */
export interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  /** The labels of each of its series, by number. */
  readonly series: readonly Labels[];
  /** The gateway's backend is one more label. */
  readonly perBackend?: true;
  /** Of the workers' values the largest counts, not their sum. */
  readonly largest?: true;
}

const one: readonly Labels[] = [{}];
const perTransport = transports.map((transport) => ({ transport }));
const perMethod = transports.flatMap((transport) =>
  eras.flatMap((era) => methods.map((method) => ({ transport, era, method }))),
);
const perReason = (reasons: readonly string[]): Labels[] =>
  transports.flatMap((transport) => reasons.map((reason) => ({ transport, reason })));

/** Everything the workers count. */
export const metrics = {
  requests: {
    kind: 'counter',
    name: 'mcp_requests_total',
    help: 'Requests and notifications received',
    series: perMethod,
  },
  errors: {
    kind: 'counter',
    name: 'mcp_errors_total',
    help: 'Requests answered by an error',
    series: perReason(errorReasons),
  },
  failures: {
    kind: 'counter',
    name: 'mcp_connection_failures',
    help: 'Connections refused or cut by the gateway',
    series: perReason(failureReasons),
  },
  durations: {
    kind: 'histogram',
    name: 'mcp_request_duration_seconds',
    help: 'Message parsed to final reply sent',
    series: perMethod,
  },
  backend: {
    kind: 'histogram',
    name: 'mcp_backend_response_time',
    help: 'Seconds until the backend answered',
    series: one,
    perBackend: true,
  },
  establishments: {
    kind: 'histogram',
    name: 'mcp_connection_establishment_duration',
    help: 'Seconds from accept to a usable connection',
    series: perTransport,
  },
  connections: { kind: 'gauge', name: 'mcp_connections_active', help: 'Open connections', series: perTransport },
  inFlight: { kind: 'gauge', name: 'mcp_requests_in_flight', help: 'Requests without a final reply', series: one },
  // Every worker knows every session.
  sessions: { kind: 'gauge', name: 'mcp_sessions_active', help: 'HTTP sessions', series: one, largest: true },
  lateReplies: {
    kind: 'gauge',
    name: 'mcp_late_replies',
    help: 'Replies that came after their request was over',
    series: one,
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
