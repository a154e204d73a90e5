import type { StreamHandler } from '../../src/loadgen/stream.ts';
import { type Connection, type ConnectionHandler, type Loss, transports } from '../../src/loadgen/transport.ts';
import type { ScenarioPlan } from '../../src/scenario/plan.ts';
import { planOf } from './engine.ts';

const scenarios = new Map<string, ScenarioPlan>();

function scenarioOf(target: string): ScenarioPlan {
  const known = scenarios.get(target) ?? planOf({ target }).scenarios[0];
  scenarios.set(target, known);
  return known;
}

/** As long as the generator's own: pieces come in one buffer that is written over and over. */
const shared = Buffer.alloc(64 * 1024);

/**
 * A connection whose peer is the test: it gets its bytes in the pieces the test wants, and what it makes of them is kept.
 * Throws when it calls back after its end.
 */
export class FedConnection implements ConnectionHandler {
  readonly connection: Connection;
  readonly messages: string[] = [];
  /** Exchanges that ended in another way than with a message. */
  readonly endings: string[] = [];
  /** Everything it wrote. */
  written = Buffer.alloc(0);
  usable = false;
  end: 'refused' | Loss | undefined;
  readonly #streams: StreamHandler[] = [];

  constructor(target: string) {
    const scenario = scenarioOf(target);
    const transport = transports[scenario.target.transport](scenario, scenario.operations, (handler) => {
      this.#streams.push(handler);
      return {
        idle: true,
        write: (bytes) => {
          this.written = Buffer.concat([this.written, bytes]);
          return true;
        },
        end: () => undefined,
        destroy: () => undefined,
      };
    });
    this.connection = transport.open(this, undefined);
    this.#streams[0].connected(0);
  }

  /** The second connection it opens stands. */
  connectSecond(): this {
    this.#streams[1].connected(0);
    return this;
  }

  /** Feeds the stream that was opened first. */
  feed(...pieces: readonly Uint8Array[]): this {
    for (const piece of pieces)
      for (let at = 0; at < piece.length && this.end === undefined; at += shared.length) {
        const part = piece.subarray(at, at + shared.length);
        shared.set(part);
        shared.fill('}\n', part.length, Math.min(shared.length, part.length + 64));
        this.#streams[0].data(shared, part.length, 0);
      }
    return this;
  }

  /** The peer closes the connection. */
  hangUp(): this {
    if (this.end === undefined) this.#streams[0].closed(undefined, 0);
    return this;
  }

  connected(): void {
    this.#living();
    this.usable = true;
  }

  refused(): void {
    this.#living();
    this.end = 'refused';
  }

  message(_slot: number, bytes: Buffer, start: number, end: number): void {
    this.#living();
    this.messages.push(bytes.toString('utf8', start, end));
  }

  httpStatus(_slot: number, status: number): void {
    this.#living();
    this.endings.push(String(status));
  }

  exchangeLost(_slot: number, loss: Loss): void {
    this.#living();
    this.endings.push(loss);
  }

  writable(): void {
    this.#living();
  }

  lost(loss: Loss): void {
    this.#living();
    this.end = loss;
  }

  transferred(): void {}

  #living(): void {
    if (this.end !== undefined) throw new Error('a callback behind the end');
  }
}
