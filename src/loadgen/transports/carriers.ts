import type { HttpConnection } from './http-connection.ts';

/** Which connection carries an exchange, by slot: known at once, however many connections there are. */
export class Carriers {
  readonly #bySlot: (HttpConnection | undefined)[] = [];

  set(slot: number, connection: HttpConnection): void {
    while (this.#bySlot.length <= slot) this.#bySlot.push(undefined);
    this.#bySlot[slot] = connection;
  }

  /** The last that was sent this exchange, if it still carries it. */
  of(slot: number): HttpConnection | undefined {
    const connection = this.#bySlot[slot];
    return connection?.slot === slot ? connection : undefined;
  }
}
