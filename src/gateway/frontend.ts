import type { Server } from 'node:net';
import type { TraceContext } from '../router/exchange.ts';
import { errorObject, type Message, replyLength, writeReply } from '../wire/jsonrpc.ts';
import { type Refusal, refusals, type Transport } from '../wire/mcp.ts';
import type { Listener, ListeningTransport } from './config.ts';
import type { DataPlane } from './data-plane.ts';
import { HttpFrontEnd } from './frontends/http.ts';
import { TcpFrontEnd } from './frontends/tcp.ts';
import { WebSocketFrontEnd } from './frontends/websocket.ts';

/**
 * One transport of the gateway, in one worker. It turns bytes into messages for a session and replies into bytes.
 */
export interface FrontEnd {
  readonly transport: Transport;
  /** Says goodbye to clients. */
  drain(reason: string): void;
  /** Closes connections with nothing in flight; called every `sweepMillis` while draining. */
  sweep(now: number): void;
}

/** One that is spoken on ports. */
export interface ListeningFrontEnd extends FrontEnd {
  /** Called once per listener. */
  attach(server: Server, listener: Listener): void;
}

/** Where messages to a client go: a connection, or the reply to one POST. */
export interface Channel {
  /** Longest result it can carry, in bytes. */
  readonly maxReply: number;
  /** What the client said of the trace its request belongs to, beside the message. */
  readonly trace?: TraceContext | undefined;
  /** Bytes of framing that go before a message of `length` bytes. */
  headroom(length: number): number;
  /** Bytes of framing that go behind a message. */
  readonly tailroom: number;
  /** Sends a message that lies behind its headroom in `frame`, with its tailroom behind it. `final`: the reply that ends its request. */
  send(frame: Buffer, length: number, final: boolean): void;
  /** The error object of one of the gateway's own refusals, which `send` gets next. */
  refusal(refusal: Refusal, text: string): Buffer;
  /** The request ended without a reply: the client cancelled it. */
  abandon(): void;
  /** Stop reading this client: it has as much in flight as it may have. */
  pause(): void;
  resume(): void;
}

export const frontEnds = {
  http: (plane) => new HttpFrontEnd(plane),
  websocket: (plane) => new WebSocketFrontEnd(plane),
  tcp: (plane) => new TcpFrontEnd(plane),
} satisfies Record<ListeningTransport, (plane: DataPlane) => ListeningFrontEnd>;

/** Sends the reply to `request` in one buffer, framing included. */
export function sendReply(channel: Channel, request: Message, member: 'result' | 'error', value: Buffer): void {
  const length = replyLength(request, member, value);
  const headroom = channel.headroom(length);
  const frame = Buffer.allocUnsafe(headroom + length + channel.tailroom);
  writeReply(frame, headroom, request, member, value);
  channel.send(frame, length, true);
}

/** Sends a whole message; `final`: it ends a request. */
export function sendMessage(channel: Channel, message: Buffer, final = false): void {
  const headroom = channel.headroom(message.length);
  const frame = Buffer.allocUnsafe(headroom + message.length + channel.tailroom);
  message.copy(frame, headroom);
  channel.send(frame, message.length, final);
}

/** `code` is `refusals[refusal].code` or, on the binary framing, `.bridge`. */
export function refusalError(refusal: Refusal, code: number, text: string): Buffer {
  return errorObject(code, text, { reason: refusal, retryable: refusals[refusal].retryable });
}
