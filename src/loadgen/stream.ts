import type { ScenarioPlan } from '../scenario/plan.ts';
import { processStreams } from './streams/process.ts';
import { socketStreams } from './streams/socket.ts';
import { tlsStreams } from './streams/tls.ts';

/** Callbacks of a byte stream. After `closed` none follows. */
export interface StreamHandler {
  /** Takes bytes from now on. */
  connected(now: number): void;
  /** bytes[start, end), read at `now`, which may be a while ago. `bytes` is shared by all streams: valid only during the call. */
  data(bytes: Buffer, start: number, end: number, now: number): void;
  /** Everything written has left. */
  drained(now: number): void;
  closed(error: NodeJS.ErrnoException | undefined, now: number): void;
}

/** The seam under every transport: bytes there and back, in order. Created connecting. */
export interface ByteStream {
  /** Hands bytes to the kernel. False: part of them still waits in user space and must not be changed. */
  write(bytes: Uint8Array): boolean;
  /** What people should know of how it ended, where it knows more than they. */
  readonly lastWords?: string;
  /** Sends what is queued, then FIN. No callback follows. */
  end(): void;
  /** Closes at once; `reset` sends RST. No callback follows. */
  destroy(reset?: boolean): void;
}

/** What was agreed in a TLS handshake. */
export interface TlsInfo {
  /** `TLSv1.3`, … */
  readonly version: string;
  readonly cipher: string;
}

/** Is told how the streams of a scenario come about. Durations in ms. */
export interface StreamObserver {
  connected(took: number): void;
  /** The handshake on top of the connection. */
  secured(took: number, info: TlsInfo, resumed: boolean): void;
  /** A stream ended with an error, before it was usable or after. */
  broken(error: NodeJS.ErrnoException): void;
}

export type OpenStream = (handler: StreamHandler, localAddress: string | undefined) => ByteStream;

/** Prepares once per worker and scenario, then opens streams. */
export type StreamFactory = (scenario: ScenarioPlan, observer: StreamObserver) => OpenStream;

const streams = {
  process: processStreams,
  socket: socketStreams,
  tls: tlsStreams,
} satisfies Record<string, StreamFactory>;

/** The streams this scenario's connections run over. */
export function streamsFor(scenario: ScenarioPlan, observer: StreamObserver): OpenStream {
  const { transport, secure } = scenario.target;
  const kind = transport === 'stdio' ? 'process' : secure ? 'tls' : 'socket';
  return streams[kind](scenario, observer);
}
