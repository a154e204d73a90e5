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
export type FailureReason = 'unauthorized' | 'forbidden' | 'overloaded' | 'timeout' | 'protocol' | 'slow_consumer';

/** Each refusal by its own name, with the reason it counts under where only reasons are told apart. */
const reasonByCause = {
  connection_limit: 'overloaded',
  session_limit: 'overloaded',
  subject_session_limit: 'overloaded',
  in_flight_limit: 'overloaded',
  draining: 'overloaded',
  host: 'forbidden',
  origin: 'forbidden',
  invalid_token: 'unauthorized',
  invalid_message_token: 'unauthorized',
  token_expired: 'unauthorized',
  unknown_session: 'protocol',
  /** A second stream for a session, or an event of no stream. */
  stream_taken: 'protocol',
  unknown_stream: 'protocol',
  duplicate_header: 'protocol',
  /** What node:http answers with 400, 408 and 431. */
  bad_http: 'protocol',
  http_timeout: 'timeout',
  header_too_large: 'protocol',
  not_found: 'protocol',
  method_not_allowed: 'protocol',
  media_type: 'protocol',
  unsupported_version: 'protocol',
  /** Of the modern era. */
  header_mismatch: 'protocol',
  bad_meta: 'protocol',
  too_large: 'protocol',
  malformed: 'protocol',
  handshake_timeout: 'timeout',
  frame_timeout: 'timeout',
  /** Silent, and no answer to a ping. */
  idle_timeout: 'timeout',
  slow_consumer: 'slow_consumer',
} as const satisfies Record<string, FailureReason>;

export type Cause = keyof typeof reasonByCause;
export const causes = Object.keys(reasonByCause) as Cause[];

export function reasonOf(cause: Cause): FailureReason {
  return reasonByCause[cause];
}
