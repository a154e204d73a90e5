import type { StreamHandler } from '../../src/loadgen/stream.ts';
import { type Connection, transports } from '../../src/loadgen/transport.ts';
import type { ScenarioPlan } from '../../src/scenario/plan.ts';
import { planOf } from './engine.ts';
import { Recorder } from './recorder.ts';

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
 */
export class FedConnection extends Recorder {
  readonly connection: Connection;
  /** Everything it wrote. */
  written = Buffer.alloc(0);
  readonly #streams: StreamHandler[] = [];

  constructor(target: string) {
    super();
    const scenario = scenarioOf(target);
    const transport = transports[scenario.target.transport](scenario, scenario.operations, (handler) => {
      this.#streams.push(handler);
      return {
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
        this.#streams[0].data(shared, 0, part.length, 0);
      }
    return this;
  }

  /** The peer closes the connection. */
  hangUp(): this {
    if (this.end === undefined) this.#streams[0].closed(undefined, 0);
    return this;
  }
}
