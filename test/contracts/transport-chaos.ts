import { describe, expect, it } from 'vitest';
import { runHere, planOf as usual } from '../support/engine.ts';
import { seeded } from '../support/random.ts';
import { serve, type TransportCase } from '../support/servers/serve.ts';
import { type Exchange, notification, reply } from '../support/servers/server.ts';

const timeout = 400;
/** How long most replies take; with it the load goes on for about a second. */
const delay = 10;
const requests = 2000;
const inFlight = 10;
/** Only the first are left alone, so that their replies come while the load goes on. */
const mayBeLate = 200;
const errorCodes = [-32603, -32000, 7];

/**
 * A server that answers out of order, twice, late or with errors, makes ids up, and talks in between. Whatever it sends
 * besides a reply stands in front of a reply on the same connection, so that none of it can come behind the end of the load.
 */
class Chaos {
  readonly sent = { duplicate: 0, unknownId: 0, notifications: 0, serverRequests: 0, late: 0 };
  readonly errors: Record<string, number> = {};
  /** Exchanges that were left to run into their time-out. */
  overdue = 0;
  readonly #random = seeded(7);
  #number = 0;
  readonly #answered = new Map<number, number>();
  readonly #held = new Map<number, Exchange[]>();
  readonly #late = new Map<number, { readonly id: number; readonly at: number }[]>();

  answer(exchange: Exchange): void {
    const now = performance.now();
    this.#number++;
    this.#replyToOverdue(exchange, now);
    const choice = Math.floor(this.#random.uniform() * 10);
    if (choice < 3) this.#hold(exchange);
    else if (choice === 3 && this.#number < mayBeLate) this.#leave(exchange, now);
    else if (choice === 4) this.#fail(exchange);
    else setTimeout(() => this.#reply(exchange, ...this.#besides(choice, exchange)), delay);
  }

  /** What comes in front of a reply. */
  #besides(choice: number, { id, connection }: Exchange): string[] {
    const before = this.#answered.get(connection);
    if (choice === 5 && before !== undefined) return this.#count('duplicate', reply(before));
    if (choice === 6) return this.#count('unknownId', reply(3), reply(1_999_999_999), reply('x'), reply(id + 0.5));
    if (choice === 7) return this.#count('notifications', notification(), notification('notifications/progress'));
    const ask = (method: string) => JSON.stringify({ jsonrpc: '2.0', id, method });
    return choice === 8 ? this.#count('serverRequests', ask('ping'), ask('roots/list')) : [];
  }

  #count(what: keyof Chaos['sent'], ...messages: string[]): string[] {
    this.sent[what] += messages.length;
    return messages;
  }

  #reply(exchange: Exchange, ...before: readonly string[]): void {
    exchange.send(...before, reply(exchange.id));
    this.#answered.set(exchange.connection, exchange.id);
  }

  #fail({ id, send }: Exchange): void {
    const code = errorCodes[Math.floor(this.#random.uniform() * errorCodes.length)];
    this.errors[code] = (this.errors[code] ?? 0) + 1;
    send(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: 'no' } }));
  }

  /** Answered together with others, in another order. */
  #hold(exchange: Exchange): void {
    const { connection } = exchange;
    const held = this.#held.get(connection) ?? [];
    this.#held.set(connection, [...held, exchange]);
    if (held.length >= 4) this.#release(connection);
    else if (held.length === 0) setTimeout(() => this.#release(connection), 20);
  }

  #release(connection: number): void {
    const held = this.#held.get(connection) ?? [];
    this.#held.delete(connection);
    const order = held.map((exchange) => ({ exchange, place: this.#random.uniform() }));
    for (const { exchange } of order.toSorted((a, b) => a.place - b.place)) this.#reply(exchange);
  }

  #leave({ id, connection }: Exchange, at: number): void {
    this.overdue++;
    this.#late.set(connection, [...(this.#late.get(connection) ?? []), { id, at }]);
  }

  #replyToOverdue({ connection, send }: Exchange, now: number): void {
    const late = this.#late.get(connection) ?? [];
    const due = late.filter(({ at }) => now - at > timeout + 100);
    this.#late.set(
      connection,
      late.filter((one) => !due.includes(one)),
    );
    send(...this.#count('late', ...due.map(({ id }) => reply(id))));
  }
}

/** Every message a server sends is counted as what it is, however it mixes them. */
export function chaos({ start, planOf = usual }: TransportCase): void {
  describe('a server that mixes everything', () => {
    it('is counted to the last message', async () => {
      const mixing = new Chaos();
      const server = await serve(start, { answer: (exchange) => mixing.answer(exchange) });
      const plan = planOf({ target: server.url, vus: '2', requests: `${requests}` }, { inFlight, timeout });
      const { outcomes, correlation, rpcErrors } = await runHere(plan);
      // Where this process itself stood still for longer than the limit, ordinary replies come late, too.
      const stalled = correlation.late - mixing.sent.late;
      expect(stalled).toBeGreaterThanOrEqual(0);
      // And what waited for a connection for so long came too late to be sent, or to be read: of the first at most.
      const missed = requests - server.received.length;
      expect(missed).toBeGreaterThanOrEqual(0);
      expect(missed).toBeLessThanOrEqual(2 * inFlight);
      expect(outcomes.timeout).toBe(mixing.overdue + stalled + missed);
      expect(outcomes.ok + outcomes.rpc_error).toBe(requests - mixing.overdue - stalled - missed);
      expect({ ...correlation, outOfOrder: 0 }).toEqual({ ...mixing.sent, late: correlation.late, outOfOrder: 0 });
      expect(correlation.outOfOrder).toBeGreaterThan(0);
      if (stalled === 0) expect(rpcErrors).toEqual(mixing.errors);
      for (const [what, count] of Object.entries(mixing.sent)) expect(count, what).toBeGreaterThan(0);
    });
  });
}
