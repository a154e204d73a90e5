import type { Logger } from 'pino';
import { methods } from '../wire/mcp.ts';
import type { DataPlane } from './data-plane.ts';
import type { ErrorReason } from './metrics/reasons.ts';
import type { PendingRequest } from './pending-request.ts';

/** Lets a worker say what it refuses (`info`) and serves (`debug`), where somebody listens. */
export function logRequests(plane: DataPlane, log: Logger, worker: number): void {
  plane.counters.onRefusal = log.isLevelEnabled('info')
    ? (transport, cause) => log.info({ transport, cause }, 'refused')
    : undefined;
  plane.requestLog = log.isLevelEnabled('debug') ? new RequestLog(log, worker) : undefined;
}

/** What one worker says about single requests. */
export class RequestLog {
  readonly #log: Logger;
  readonly #worker: number;

  constructor(log: Logger, worker: number) {
    this.#log = log;
    this.#worker = worker;
  }

  /** `outcome`: `success`, or why an error was answered or nothing was. */
  ended(pending: PendingRequest, outcome: 'success' | 'abandoned' | ErrorReason): void {
    const { caller, era, method, trace, started } = pending;
    this.#log.debug(
      {
        request: this.#idOf(pending),
        transport: caller.transport,
        era,
        method: methods[method],
        outcome,
        millis: Math.round((performance.now() - started) * 1000) / 1000,
        trace: trace?.parent.slice(3, 35),
      },
      'request',
    );
  }

  late(pending: PendingRequest): void {
    this.#log.debug({ request: this.#idOf(pending) }, 'late reply');
  }

  /** Unique in one gateway. */
  #idOf({ number }: PendingRequest): string {
    return `${this.#worker}-${number}`;
  }
}
