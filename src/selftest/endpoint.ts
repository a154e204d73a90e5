import { httpEndpoint } from './endpoints/http.ts';
import { tcpEndpoint } from './endpoints/tcp.ts';
import { websocketEndpoint } from './endpoints/websocket.ts';

export const selftestTransports = ['websocket', 'tcp', 'http'] as const;
export type SelftestTransport = (typeof selftestTransports)[number];

/** Sends the reply to one request; may be called more than once, or never. */
export type Answer = () => void;

export interface Endpoint {
  /** What a plan's target says. */
  readonly url: string;
  /** Stops listening and drops every connection. */
  close(): void;
}

/** Listens on a free port of the loopback; `taken` is told of every request as soon as it is read. */
export type Listen = (taken: (answer: Answer) => void) => Promise<Endpoint>;

export const endpoints = {
  websocket: websocketEndpoint,
  tcp: tcpEndpoint,
  http: httpEndpoint,
} satisfies Record<SelftestTransport, Listen>;

const idMember = /"id":(\d+)/;

/** The reply to a request with a numeric id. */
export function replyTo(request: string): string {
  return `{"jsonrpc":"2.0","id":${idMember.exec(request)?.[1] ?? null},"result":{"tools":[]}}`;
}
