import type { Readable, Writable } from 'node:stream';
import type { DataPlane } from '../data-plane.ts';
import type { FrontEnd } from '../frontend.ts';
import { StdioConnection } from '../stdio-connection.ts';

/** One client on standard input and output, with one session that nobody is asked to prove. */
export class StdioFrontEnd implements FrontEnd {
  readonly transport = 'stdio';
  readonly #connection: StdioConnection;

  /** `over`: the client sends no more, and has all replies. */
  constructor(plane: DataPlane, input: Readable, output: Writable, over: () => void) {
    plane.connections.accepted(output, 'stdio');
    plane.connections.usable(output, 'stdio');
    this.#connection = new StdioConnection(plane, input, output, over);
  }

  drain(): void {
    this.sweep();
  }

  sweep(): void {
    this.#connection.closeIdle();
  }
}
