import type { ScenarioPlan } from '../scenario/plan.ts';
import { processStreams } from './streams/process.ts';
import { socketStreams } from './streams/socket.ts';

/** Callbacks of a byte stream. After `closed` none follows. */
export interface StreamHandler {
  connected(now: number): void;
  /** `bytes` is shared by all streams of the worker: valid only during the call. */
  data(bytes: Buffer, length: number, now: number): void;
  /** Everything written has left. */
  drained(now: number): void;
  closed(error: NodeJS.ErrnoException | undefined, now: number): void;
}

/** The seam under every transport: bytes there and back, in order. Created connecting. */
export interface ByteStream {
  /** Hands bytes to the kernel. False: part of them still waits in user space and must not be changed. */
  write(bytes: Uint8Array): boolean;
  /** Nothing written still waits in user space. */
  readonly idle: boolean;
  /** What people should know of how it ended, where it knows more than they. */
  readonly lastWords?: string;
  /** Sends what is queued, then FIN. No callback follows. */
  end(): void;
  /** Closes at once; `reset` sends RST. No callback follows. */
  destroy(reset?: boolean): void;
}

export type OpenStream = (handler: StreamHandler, localAddress: string | undefined) => ByteStream;

/** Prepares once per worker and scenario, then opens streams. */
export type StreamFactory = (scenario: ScenarioPlan) => OpenStream;

const streams = {
  process: processStreams,
  socket: socketStreams,
} satisfies Record<string, StreamFactory>;

/** The streams this scenario's connections run over. */
export function streamsFor(scenario: ScenarioPlan): OpenStream {
  return streams[scenario.target.transport === 'stdio' ? 'process' : 'socket'](scenario);
}
