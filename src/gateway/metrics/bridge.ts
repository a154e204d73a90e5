import { RpcCode } from '../../wire/jsonrpc.ts';
import { refusals } from '../../wire/mcp.ts';
import type { Metric, View } from '../metrics.ts';
import { by, commonMethod, none } from './labels.ts';
import { type Cause, type ErrorReason, reasonOf } from './reasons.ts';
import type { Labels, SourceName } from './sources.ts';

/** What MCP Bridge's metrics say about an error. */
interface ErrorFacts {
  readonly code: number;
  /** HTTP status that carries it. */
  readonly status: number;
  readonly component: 'frontend' | 'auth' | 'router' | 'backend';
  readonly severity: 'low' | 'medium' | 'high';
  readonly retryable: boolean;
}

const errorFacts: Readonly<Record<ErrorReason, ErrorFacts>> = {
  invalid_message: {
    code: RpcCode.invalidRequest,
    status: 400,
    component: 'frontend',
    severity: 'low',
    retryable: false,
  },
  backend_error: { code: RpcCode.internal, status: 200, component: 'backend', severity: 'medium', retryable: false },
  unauthorized: { ...refusals.unauthorized, component: 'auth', severity: 'medium' },
  forbidden: { ...refusals.forbidden, component: 'auth', severity: 'medium' },
  tooLarge: { ...refusals.tooLarge, component: 'frontend', severity: 'low' },
  rateLimited: { ...refusals.rateLimited, component: 'frontend', severity: 'medium' },
  overloaded: { ...refusals.overloaded, component: 'frontend', severity: 'high' },
  backend: { ...refusals.backend, component: 'router', severity: 'high' },
  timeout: { ...refusals.timeout, component: 'router', severity: 'high' },
};

const turnedAway: ReadonlySet<string> = new Set(['overloaded', 'forbidden', 'unauthorized']);
const authCauses: ReadonlySet<string> = new Set(['invalid_token', 'invalid_message_token', 'token_expired']);

const errors = (labels: (facts: ErrorFacts, reason: string) => Labels): readonly View[] => [
  { source: 'errors', labels: ({ reason }) => labels(errorFacts[reason as ErrorReason], reason) },
];
const of = (source: SourceName, transport: string, ...names: string[]): View[] => [
  { source, labels: (own) => (own.transport === transport ? by(...names)(own) : undefined) },
];
const refused = (labels: (cause: Cause, source: SourceName) => Labels | undefined): View[] =>
  (['failures', 'refusals'] as const).map((source) => ({
    source,
    labels: ({ cause }) => labels(cause as Cause, source),
  }));

const make = (kind: Metric['kind'], name: string, help: string, views: readonly View[]): Metric => ({
  kind,
  name: `mcp_gateway_${name}`,
  help,
  views,
});

/** Names of MCP Bridge's gateway; of the same events as the others. */
export const bridgeMetrics: readonly Metric[] = [
  make('counter', 'connections_total', 'Connections accepted', [{ source: 'accepted', labels: none }]),
  make('gauge', 'connections_active', 'Open connections', [{ source: 'connections', labels: none }]),
  make(
    'counter',
    'connections_rejected_total',
    'Connections turned away: limits, origin, token',
    refused((cause, source) => {
      const away = source === 'failures' ? turnedAway.has(reasonOf(cause)) : cause === 'connection_limit';
      return away ? {} : undefined;
    }),
  ),
  make('counter', 'requests_total', 'Requests answered', [{ source: 'durations', labels: by('method', 'status') }]),
  make('histogram', 'request_duration_seconds', 'Message parsed to final reply sent', [
    { source: 'durations', labels: ({ method, status }) => ({ method: commonMethod(method), status }) },
  ]),
  make('gauge', 'requests_in_flight', 'Requests without a final reply', [{ source: 'inFlight', labels: none }]),
  make(
    'counter',
    'auth_failures_total',
    'Tokens not accepted',
    refused((cause) => (authCauses.has(cause) ? { reason: cause } : undefined)),
  ),
  make('counter', 'routing_errors_total', 'Requests no backend could answer', [
    {
      source: 'errors',
      labels: ({ reason }) => (reason === 'backend' ? { reason: 'no_healthy_endpoints' } : undefined),
    },
  ]),
  make('counter', 'endpoint_requests_total', 'Requests for the backend, answered; all but ping', [
    {
      source: 'durations',
      labels: ({ method, status }, endpoint) =>
        method === 'ping' ? undefined : { endpoint, namespace: 'default', status },
    },
  ]),
  make('counter', 'websocket_messages_total', 'WebSocket messages', of('messages', 'websocket', 'direction', 'type')),
  make('counter', 'websocket_bytes_total', 'Bytes of WebSocket messages', of('bytes', 'websocket', 'direction')),
  make('counter', 'tcp_connections_total', 'TCP connections accepted', of('accepted', 'tcp')),
  make('gauge', 'tcp_connections_active', 'Open TCP connections', of('connections', 'tcp')),
  make('counter', 'tcp_messages_total', 'Frames of the binary framing', [
    { source: 'frames', labels: by('direction', 'type') },
  ]),
  make('counter', 'tcp_bytes_total', 'Bytes of messages on TCP', of('bytes', 'tcp', 'direction')),
  make('counter', 'tcp_protocol_errors_total', 'TCP connections cut for what they sent or did not send', [
    {
      source: 'failures',
      labels: ({ transport, cause }) =>
        transport === 'tcp' && !turnedAway.has(reasonOf(cause as Cause)) ? { error_type: cause } : undefined,
    },
  ]),
  make('histogram', 'tcp_message_duration_seconds', 'Message parsed to final reply sent, on TCP', [
    {
      source: 'durations',
      labels: ({ transport }) => (transport === 'tcp' ? { message_type: 'request' } : undefined),
    },
  ]),
  make(
    'counter',
    'errors_total',
    'Requests answered by an error',
    errors(({ code, component }) => ({ code: String(code), component, operation: 'request' })),
  ),
  make(
    'counter',
    'errors_by_type_total',
    'The same by reason',
    errors((_, type) => ({ type })),
  ),
  make(
    'counter',
    'errors_by_component_total',
    'The same by part of the gateway',
    errors(({ component }) => ({ component })),
  ),
  make(
    'counter',
    'errors_retryable_total',
    'The same by whether the client may try again',
    errors(({ retryable }) => ({ retryable: String(retryable) })),
  ),
  make(
    'counter',
    'errors_by_http_status_total',
    'The same by HTTP status, on any transport',
    errors(({ status }) => ({ status_code: String(status), status_class: `${Math.floor(status / 100)}xx` })),
  ),
  make(
    'counter',
    'errors_by_severity_total',
    'The same by severity',
    errors(({ severity }) => ({ severity })),
  ),
  make('counter', 'errors_by_operation_total', 'Errors by what failed: a request, or a connection', [
    ...errors(({ component }) => ({ operation: 'request', component })),
    { source: 'failures', labels: () => ({ operation: 'connection', component: 'frontend' }) },
  ]),
  make('counter', 'error_recovery_total', 'Requests sent once more, because their session was forgotten', [
    { source: 'recoveries', labels: ({ recovered }) => ({ recovered, error_type: 'session_lost' }) },
  ]),
  make('histogram', 'error_handling_duration_seconds', 'Message parsed to error sent', [
    {
      source: 'errorDurations',
      labels: ({ reason }) => ({ error_type: reason, component: errorFacts[reason as ErrorReason].component }),
    },
  ]),
];
