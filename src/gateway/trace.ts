import type { IncomingHttpHeaders } from 'node:http';
import type { TraceContext } from '../router/exchange.ts';

const parent = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;
const maxState = 512;

/** W3C trace context of a request, as it is passed on; what is no such thing is forgotten. */
export function traceOf({ traceparent, tracestate }: IncomingHttpHeaders): TraceContext | undefined {
  if (typeof traceparent !== 'string' || !parent.test(traceparent)) return undefined;
  const whole = typeof tracestate === 'string' && tracestate.length <= maxState;
  return { parent: traceparent, state: whole ? tracestate : undefined };
}
