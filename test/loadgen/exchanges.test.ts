import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/loadgen/engine.ts';
import { ExchangeTable, Match, SlotState, tableCapacity } from '../../src/loadgen/exchanges.ts';
import { ScenarioRun } from '../../src/loadgen/scenario-run.ts';
import { Session } from '../../src/loadgen/session.ts';
import { planOf } from '../support/engine.ts';

const nothing = () => undefined;
const events = {
  connecting: () => undefined,
  ready: nothing,
  unreachable: nothing,
  interval: nothing,
  stopped: nothing,
  done: nothing,
};
const plan = planOf({ target: 'ws://127.0.0.1:1/mcp' });
const run = new ScenarioRun(new Engine({ plan, worker: 0, workers: 1 }, events), 0, {
  era: 'legacy',
  address: '127.0.0.1',
});
const sessions = [new Session(run, undefined), new Session(run, undefined)];

/** What a random walk does next; `pick` chooses among what there is. */
const step = fc.record({
  what: fc.constantFrom('begin', 'begin', 'send', 'send', 'answer', 'answer', 'give up', 'reply again', 'foreign'),
  pick: fc.nat(),
  wait: fc.nat({ max: 5 }),
});

interface Known {
  readonly id: number;
  readonly slot: number;
  readonly session: Session;
  state: 'waiting' | 'sent' | 'answered' | 'missed' | 'late';
}

/** The table as a list of everything that ever was. */
class Model {
  readonly table = new ExchangeTable(4);
  readonly known: Known[] = [];
  now = 0;
  #millis = 0;

  get underWay(): Known[] {
    return this.known.filter(({ state }) => state === 'waiting' || state === 'sent');
  }

  wait(millis: number): void {
    this.#millis += this.underWay.length * millis;
    this.now += millis;
  }

  begin(pick: number): void {
    const slot = this.table.begin(this.now - 1, this.now);
    if (this.underWay.length === 4) return expect(slot).toBe(-1);
    const session = sessions[pick % 2];
    this.table.session[slot] = session;
    this.known.push({ id: this.table.id(slot), slot, session, state: 'waiting' });
  }

  end(one: Known, state: 'answered' | 'missed'): void {
    one.state = state;
    this.table.end(one.slot, this.now, state === 'missed');
  }

  /** What a reply with the id of a known exchange is, on its own session. */
  expected({ state }: Known): Match {
    if (state === 'waiting') return Match.unknown;
    if (state === 'sent') return Match.current;
    return state === 'missed' ? Match.late : Match.duplicate;
  }

  checkInFlight(): void {
    expect(this.table.takeInFlight(this.now).millis).toBeCloseTo(this.#millis, 6);
    this.#millis = 0;
  }
}

function take<T>(from: readonly T[], pick: number): T | undefined {
  return from[pick % Math.max(1, from.length)];
}

function walk(model: Model, { what, pick, wait }: { what: string; pick: number; wait: number }): void {
  const { table } = model;
  model.wait(wait);
  const one = take(what === 'reply again' ? model.known : model.underWay, pick);
  if (what === 'begin') model.begin(pick);
  else if (what === 'foreign') {
    expect(table.match([-1, 0, 7, 999_999_999, 2_000_000_000, 1e300, Number.NaN][pick % 7], sessions[0])).toBe(
      Match.unknown,
    );
  } else if (one !== undefined && what === 'send') {
    one.state = 'sent';
    table.state[one.slot] = SlotState.sent;
  } else if (one !== undefined && what === 'give up') model.end(one, 'missed');
  else if (one !== undefined) reply(model, one);
}

function reply(model: Model, one: Known): void {
  const { table } = model;
  const match = table.match(one.id, one.session);
  expect(match).toBe(model.expected(one));
  if (match === Match.current) {
    const other = sessions[sessions.indexOf(one.session) === 0 ? 1 : 0];
    expect(table.match(one.id, other)).toBe(Match.unknown);
    expect(table.slotOf(one.id)).toBe(one.slot);
    model.end(one, 'answered');
  } else if (match === Match.late) one.state = 'late';
}

describe('ExchangeTable', () => {
  it('agrees with a list of everything that ever was', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const model = new Model();
        for (const one of steps) {
          walk(model, one);
          expect(model.table.used).toBe(model.underWay.length);
          if (one.wait === 5) model.checkInFlight();
        }
        model.checkInFlight();
        const ids = model.known.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => /^1\d{9}$/.test(String(id)))).toBe(true);
        expect(model.table.highWater).toBe(Math.max(0, ...model.known.map(({ slot }) => slot + 1)));
      }),
      { numRuns: 200 },
    );
  });

  it('calls an id of the future unknown', () => {
    const table = new ExchangeTable(4);
    const slot = table.begin(0, 0);
    table.session[slot] = sessions[0];
    table.state[slot] = SlotState.sent;
    expect(table.match(table.id(slot) + table.capacity, sessions[0])).toBe(Match.unknown);
    expect(table.match(table.id(slot) + 1, sessions[0])).toBe(Match.unknown);
  });

  it('goes on with the first generation behind the last, ten digits all the time', () => {
    const table = new ExchangeTable(1024);
    const next = (missed: boolean) => {
      const slot = table.begin(0, 0);
      const id = table.id(slot);
      table.end(slot, 0, missed);
      return id;
    };
    const first = next(false);
    const ids = { lowest: first, highest: first };
    const generations = Math.floor(1e9 / 1024);
    for (let i = 2; i < generations; i++) {
      const id = next(false);
      if (id < ids.lowest) ids.lowest = id;
      if (id > ids.highest) ids.highest = id;
    }
    const last = next(true);
    expect([ids.lowest, ids.highest < last, last < 2e9]).toEqual([first, true, true]);
    expect(next(false)).toBe(first);
    expect(table.match(last, sessions[0])).toBe(Match.late);
    expect(table.match(first, sessions[0])).toBe(Match.duplicate);
  });

  it('calls a reply that was missed late, once, however often its slot was taken meanwhile', () => {
    const table = new ExchangeTable(1024);
    const missed = table.begin(0, 0);
    const id = table.id(missed);
    table.end(missed, 0, true);
    for (let i = 0; i < 100_000; i++) table.end(table.begin(0, 0), 0);
    expect(table.highWater, 'one slot for all of them').toBe(1);
    expect(table.match(id, sessions[0])).toBe(Match.late);
    expect(table.match(id, sessions[0])).toBe(Match.duplicate);
  });

  it('holds on to nothing of an exchange that is over', () => {
    const table = new ExchangeTable(4);
    const slot = table.begin(1, 2);
    expect([table.planned[slot], table.released[slot], table.sent[slot]]).toEqual([1, 2, 0]);
    Object.assign(table.session, { [slot]: sessions[0] });
    table.run[slot] = run;
    table.owner[slot] = {
      ended: () => undefined,
      number: 0,
      step: 0,
      capture: () => undefined,
      captured: () => undefined,
    };
    table.end(slot, 3);
    expect([table.session[slot], table.run[slot], table.owner[slot], table.operation[slot]]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('tells the most under way at once since the last call', () => {
    const table = new ExchangeTable(8);
    const slots = [0, 0, 0].map(() => table.begin(0, 0));
    table.end(slots[0], 1);
    expect(table.takeInFlight(1).most).toBe(3);
    expect(table.takeInFlight(2).most).toBe(2);
    table.end(slots[1], 3);
    expect(table.takeInFlight(3).most).toBe(2);
  });

  it('integrates by the instants it is given, in whatever order they come', () => {
    const stay = fc.record({ from: fc.nat({ max: 99 }), length: fc.nat({ max: 50 }) });
    fc.assert(
      fc.property(
        fc.array(stay, { maxLength: 20 }),
        fc.array(fc.nat({ max: 149 }), { maxLength: 5 }),
        (stays, cuts) => {
          const table = new ExchangeTable(32);
          const slots = stays.map(({ from }) => table.begin(0, from));
          slots.forEach((slot, i) => {
            table.end(slot, stays[i].from + stays[i].length);
          });
          const parts = [...cuts.toSorted((a, b) => a - b), 150].map((cut) => table.takeInFlight(cut).millis);
          const sum = stays.reduce((total, { length }) => total + length, 0);
          expect(parts.reduce((total, part) => total + part, 0)).toBe(sum);
        },
      ),
    );
  });

  it('counts a request that is nobody’s as if it had never been, though an interval ended in between', () => {
    const table = new ExchangeTable(8);
    const own = table.begin(0, 10);
    const other = table.begin(0, 12);
    expect(table.takeInFlight(20).millis).toBe(18);
    table.withdraw(other, 25);
    table.end(own, 30);
    expect(table.takeInFlight(40).millis).toBe(20 - 18);
    expect(table.used).toBe(0);
  });
});

describe('tableCapacity', () => {
  it('is a power of two that holds what is wanted, between 1,024 and 2^20', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat({ max: 3_000_000 }), fc.double({ min: 0, max: 1e9, noNaN: true })), (wanted) => {
        const capacity = tableCapacity(wanted);
        expect(Number.isInteger(Math.log2(capacity))).toBe(true);
        expect(capacity).toBeGreaterThanOrEqual(Math.min(2 ** 20, Math.max(1024, wanted)));
        expect(capacity).toBeLessThan(2 * Math.max(1024, wanted) + 1);
        expect(capacity).toBeLessThanOrEqual(2 ** 20);
      }),
    );
  });
});
