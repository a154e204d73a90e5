import type { Dialect } from '../scenario/plan.ts';
import { envelopeEndpoint } from './endpoints/envelope.ts';
import { eventStreamEndpoint, httpEndpoint, httpsEndpoint } from './endpoints/http.ts';
import { linesEndpoint } from './endpoints/lines.ts';
import { sseEndpoint } from './endpoints/sse.ts';
import { tcpEndpoint, tcpsEndpoint } from './endpoints/tcp.ts';
import { websocketEndpoint, wssEndpoint } from './endpoints/websocket.ts';

/** Every case of every form of the selftest runs over these. */
export const mainTransports = ['websocket', 'tcp', 'http'] as const;

/** The others: framings, dialects and replies of the same, and each once over TLS. */
export const furtherTransports = ['lines', 'envelope', 'event-stream', 'sse', 'wss', 'tcps', 'https'] as const;

export const selftestTransports = [...mainTransports, ...furtherTransports] as const;
export type SelftestTransport = (typeof selftestTransports)[number];

/** Those that carry one exchange at a time: a connection has one reply for one request, in order. */
export const serialTransports: ReadonlySet<SelftestTransport> = new Set(['http', 'event-stream', 'https']);

/** Sends the reply to one request; may be called more than once, or never. */
export type Answer = () => void;

/** How a plan reaches an endpoint. */
export interface Address {
  /** What its target says. */
  readonly url: string;
  /** What a URL does not say. */
  readonly dialect?: Dialect;
  /** The authority to trust, over TLS. */
  readonly ca?: string;
}

export interface Endpoint {
  readonly address: Address;
  /** Stops listening and drops every connection. */
  close(): void;
}

/** Listens on a free port of the loopback; `taken` is told of every request as soon as it is read. */
export type Listen = (taken: (answer: Answer) => void) => Promise<Endpoint>;

export const endpoints = {
  websocket: websocketEndpoint,
  tcp: tcpEndpoint,
  http: httpEndpoint,
  lines: linesEndpoint,
  envelope: envelopeEndpoint,
  'event-stream': eventStreamEndpoint,
  sse: sseEndpoint,
  wss: wssEndpoint,
  tcps: tcpsEndpoint,
  https: httpsEndpoint,
} satisfies Record<SelftestTransport, Listen>;

const idMember = /"id":(\d+)/;

/** The reply to a request with a numeric id. */
export function replyTo(request: string): string {
  return replyWithId(idMember.exec(request)?.[1] ?? 'null');
}

export function replyWithId(id: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":{"tools":[]}}`;
}
