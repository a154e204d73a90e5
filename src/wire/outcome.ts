/** How an exchange can end; the order is that of the counters. */
export const outcomeClasses = [
  'ok',
  'tool_error',
  'rpc_error',
  'http_status',
  'timeout',
  'connect_failed',
  'connection_lost',
  'protocol_error',
  'cancelled',
  'session_lost',
  'dropped',
  'unanswered',
  'skipped',
] as const;

export type OutcomeClass = (typeof outcomeClasses)[number];
export const Outcome = {
  ok: 0,
  toolError: 1,
  rpcError: 2,
  httpStatus: 3,
  timeout: 4,
  connectFailed: 5,
  connectionLost: 6,
  protocolError: 7,
  cancelled: 8,
  sessionLost: 9,
  dropped: 10,
  unanswered: 11,
  skipped: 12,
} as const;

export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Those with a reply, whatever it said. */
export function isReply(outcome: number): boolean {
  return (
    outcome === Outcome.ok ||
    outcome === Outcome.toolError ||
    outcome === Outcome.rpcError ||
    outcome === Outcome.httpStatus
  );
}

/** Those that never got their reply: in the percentiles with at least their age. */
export function isCensored(outcome: Outcome): boolean {
  return (
    outcome === Outcome.timeout ||
    outcome === Outcome.connectionLost ||
    outcome === Outcome.dropped ||
    outcome === Outcome.unanswered
  );
}
