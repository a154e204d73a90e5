import type { Metric } from '../metrics.ts';
import { by, commonMethod, none } from './labels.ts';
import { type Cause, reasonOf } from './reasons.ts';
import type { Labels } from './sources.ts';

/** Names of the performance guide, and ours beside them. */
export const guideMetrics: readonly Metric[] = [
  {
    kind: 'counter',
    name: 'mcp_requests_total',
    help: 'Requests and notifications received',
    views: [{ source: 'requests', labels: by('transport', 'era', 'method') }],
  },
  {
    kind: 'counter',
    name: 'mcp_errors_total',
    help: 'Requests answered by an error',
    views: [{ source: 'errors', labels: by('transport', 'reason') }],
  },
  {
    kind: 'counter',
    name: 'mcp_connection_failures',
    help: 'Connections refused or cut by the gateway',
    views: [{ source: 'failures', labels: failureReason }],
  },
  {
    kind: 'counter',
    name: 'mcp_refusals_total',
    help: 'Refused connections and requests by cause',
    views: [
      { source: 'failures', labels: refusal },
      { source: 'refusals', labels: refusal },
    ],
  },
  {
    kind: 'histogram',
    name: 'mcp_request_duration_seconds',
    help: 'Message parsed to final reply sent; rare methods are other',
    views: [
      {
        source: 'durations',
        labels: ({ transport, era, method }) => ({ transport, era, method: commonMethod(method) }),
      },
    ],
  },
  {
    kind: 'histogram',
    name: 'mcp_backend_response_time',
    help: 'Seconds until the backend answered',
    views: [{ source: 'backend', labels: (_, backend) => ({ backend }) }],
  },
  {
    kind: 'histogram',
    name: 'mcp_connection_establishment_duration',
    help: 'Seconds from accept to a usable connection',
    views: [{ source: 'establishments', labels: by('transport') }],
  },
  {
    kind: 'histogram',
    name: 'mcp_gc_duration_seconds',
    help: 'Pauses of garbage collection, of all threads',
    views: [{ source: 'collections', labels: by('kind') }],
  },
  {
    kind: 'counter',
    name: 'mcp_messages_total',
    help: 'JSON-RPC messages',
    views: [{ source: 'messages', labels: by('transport', 'direction') }],
  },
  {
    kind: 'counter',
    name: 'mcp_bytes_total',
    help: 'Bytes of JSON-RPC messages, without framing and headers',
    views: [{ source: 'bytes', labels: by('transport', 'direction') }],
  },
  {
    kind: 'gauge',
    name: 'mcp_connections_active',
    help: 'Open connections',
    views: [{ source: 'connections', labels: by('transport') }],
  },
  {
    kind: 'gauge',
    name: 'mcp_requests_in_flight',
    help: 'Requests without a final reply',
    views: [{ source: 'inFlight', labels: none }],
  },
  { kind: 'gauge', name: 'mcp_sessions_active', help: 'HTTP sessions', views: [{ source: 'sessions', labels: none }] },
  {
    kind: 'gauge',
    name: 'mcp_streams_active',
    help: 'Open streams of events, of GETs and POSTs',
    views: [{ source: 'streams', labels: none }],
  },
  {
    kind: 'counter',
    name: 'mcp_worker_hops_total',
    help: 'What workers handed to other workers: messages and events of HTTP sessions',
    views: [{ source: 'hops', labels: none }],
  },
  {
    kind: 'counter',
    name: 'mcp_late_replies',
    help: 'Replies that came after their request was over',
    views: [{ source: 'lateReplies', labels: none }],
  },
];

function failureReason({ transport, cause }: Labels): Labels {
  return { transport, reason: reasonOf(cause as Cause) };
}

function refusal({ transport, cause }: Labels): Labels {
  return { transport, reason: cause };
}
