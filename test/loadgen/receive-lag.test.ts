import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ReadBatch, type Reader } from '../../src/loadgen/read-batch.ts';
import { ReceiveLag } from '../../src/loadgen/receive-lag.ts';
import { Silence } from '../../src/loadgen/silence.ts';
import { Turn } from '../../src/loadgen/turn.ts';
import { Accumulator } from '../../src/metrics/histogram.ts';

/** What a recorder does, into one histogram. */
const into = (recorded: Accumulator) => ({
  receiveLag: (_row: number, millis: number) => recorded.recordMillis(millis),
});

function receiveLag() {
  const recorded = new Accumulator();
  const polls = { sleptMillis: 0 };
  const lag = new ReceiveLag(into(recorded), new Silence(), new Turn(), () => polls.sleptMillis);
  /** Lags recorded since the last call, in ms: how many, and their sum. */
  const taken = () => {
    const { count, sum } = recorded.take();
    return { count, millis: sum / 1000 };
  };
  lag.mark(90, true);
  lag.mark(100, true);
  lag.mark(100, true);
  return { lag, polls, taken };
}

describe('ReceiveLag', () => {
  it('is the time since the poll before, for every reply of a turn', () => {
    const { lag, taken } = receiveLag();
    lag.reply(105, 0, 0);
    expect(taken()).toEqual({ count: 1, millis: 5 });
    lag.reply(107, 0, 0);
    lag.reply(109, 0, 0);
    expect(taken()).toEqual({ count: 2, millis: 7 + 9 });
  });

  it('does not reach back before the request was sent', () => {
    const { lag, taken } = receiveLag();
    lag.reply(110, 108, 0);
    expect(taken()).toEqual({ count: 1, millis: 2 });
  });

  it('reaches back to the poll before in the next turn too, whatever the turn itself took', async () => {
    const { lag, taken } = receiveLag();
    lag.reply(105, 0, 0);
    await nextTurn();
    lag.reply(112, 0, 0);
    expect(taken()).toEqual({ count: 2, millis: 5 + 7 });
  });

  it('is not shortened by a mark behind the replies of a turn', async () => {
    const { lag, taken } = receiveLag();
    lag.reply(105, 0, 0);
    await nextTurn();
    lag.mark(110, true);
    lag.reply(112, 0, 0);
    expect(taken()).toEqual({ count: 2, millis: 5 + 7 });
  });

  it('begins where a poll that brought no reply may have ended: at the mark before it', async () => {
    const { lag, taken } = receiveLag();
    lag.reply(105, 0, 0);
    await nextTurn();
    lag.mark(110, true);
    lag.mark(115, true);
    lag.reply(117, 0, 0);
    expect(taken()).toEqual({ count: 2, millis: 5 + 7 });
  });

  it('is nothing where the poll had slept', () => {
    const { lag, polls, taken } = receiveLag();
    polls.sleptMillis += 20;
    lag.reply(10_000, 0, 0);
    expect(taken()).toEqual({ count: 1, millis: 0 });
  });
});

/** What comes in: a reply, or something else that takes its time, such as a new connection. */
interface Arrival {
  readonly at: number;
  readonly sent: number;
  readonly reply: boolean;
  readonly costs: number;
}

/** Where in the turns of a loop that polls without sleeping the generator is woken. */
type Marked = 'never' | 'within' | 'behind';

/** libuv's limit of events of one poll, made small. */
const mostOfAPoll = 8;
const costOfRead = 0.125;

/**
 * An event loop as libuv turns it: a poll, which sleeps while nothing is there unless a callback is due, is repeated
 * while it returns all it can; then the callbacks. Reads go through a batch as they do in the engine. Returns how late each reply truly was taken up, and its bound.
 */
async function turn(arrivals: readonly Arrival[], marked: Marked): Promise<{ late: number; bound: number }[]> {
  const ahead = [...arrivals];
  const found: { late: number; bound: number }[] = [];
  let now = 0;
  let slept = 0;
  const recorded = new Accumulator();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  const batch = new ReadBatch();
  const lag = new ReceiveLag(into(recorded), new Silence(), batch.turn, () => slept);
  /** Takes up what came in when it is handed on: at once, or behind all that the turn reads. */
  const readerOf = ({ at, sent, reply, costs }: Arrival): Reader => ({
    handler: {
      connected: () => undefined,
      data: (_bytes, _start, _end, readAt) => {
        if (reply) {
          lag.reply(readAt, sent, 0);
          found.push({ late: readAt - at, bound: recorded.take().sum / 1000 });
        } else lag.other(readAt);
        now += costs;
      },
      drained: () => undefined,
      closed: () => undefined,
    },
  });
  while (ahead.length > 0) {
    if (marked === 'never' && ahead[0].at > now) {
      slept += ahead[0].at - now;
      now = ahead[0].at;
    }
    for (let full = true; full; ) {
      const ready = ahead.findIndex(({ at }) => at > now);
      const polled = ahead.splice(0, Math.min(mostOfAPoll, ready < 0 ? ahead.length : ready));
      full = polled.length === mostOfAPoll;
      for (const arrival of polled) {
        batch.take(readerOf(arrival), 1);
        now += costOfRead;
      }
    }
    now += 0.25;
    if (marked === 'within') batch.flush();
    if (marked === 'within') lag.mark(now, true);
    await nextTurn();
    if (marked === 'behind') lag.mark(now, true);
  }
  clock.mockRestore();
  return found;
}

describe('the bound of an event loop', () => {
  const arrival = fc.record({
    gap: fc.constantFrom(0, 0, 0, 0, 0.25, 1, 10),
    age: fc.nat({ max: 40 }),
    reply: fc.constantFrom(true, true, true, false),
    costs: fc.constantFrom(0, 0.25, 4),
  });

  it.each<[string, Marked]>([
    ['sleeping', 'never'],
    ['spinning', 'behind'],
    ['spinning, woken in the midst of a turn', 'within'],
  ])('is never less than the truth, whatever comes when and takes how long: %s', async (_, marked) => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 60 }), async (gaps) => {
        let at = 1;
        const arrivals = gaps.map(({ gap, age, ...rest }) => {
          at += gap;
          return { at, sent: at - age, ...rest };
        });
        const found = await turn(arrivals, marked);
        expect(found.filter(({ late, bound }) => bound < late)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('Silence', () => {
  it('is the longest time the target owed a reply, whatever was asked in it', () => {
    const silence = new Silence();
    silence.broken(10, 10, 8);
    silence.broken(100, 100, 5);
    expect(silence.take(), 'since the reply before').toBe(90);
    silence.broken(500, 500, 470);
    expect(silence.take(), 'nothing was asked before 470').toBe(30);
    silence.lasts(600, 550);
    silence.lasts(650, 550);
    expect(silence.take()).toBe(100);
    silence.lasts(700, 550);
    expect(silence.take(), 'it goes on').toBe(150);
  });

  it('does not blame the target for our own lateness', () => {
    const silence = new Silence();
    silence.broken(10, 10, 8);
    silence.broken(20, 300, 12);
    expect(silence.take()).toBe(20 - 12);
  });
});
