import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/loadgen/engine.ts';
import { Match, SlotState } from '../../src/loadgen/exchanges.ts';
import { ScenarioRun } from '../../src/loadgen/scenario-run.ts';
import { Session } from '../../src/loadgen/session.ts';
import { Outcome, outcomeClasses } from '../../src/wire/outcome.ts';
import { MessageKind } from '../../src/wire/reply-scan.ts';
import { planOf } from '../support/engine.ts';

const nothing = () => undefined;
const events = {
  connecting: nothing,
  ready: nothing,
  unreachable: nothing,
  interval: nothing,
  stopped: nothing,
  done: nothing,
};
const timeout = 100;
const planned = 5000;

/** An exchange on the wire, planned at 5,000 ms with 100 ms to go. */
function underWay() {
  const plan = planOf({ target: 'ws://127.0.0.1:1/mcp' }, { timeout });
  const engine = new Engine({ plan, worker: 0, workers: 1 }, events);
  const run = new ScenarioRun(engine, 0, { era: 'legacy', address: '127.0.0.1' });
  run.start(0);
  const told: boolean[] = [];
  const owner = { ended: (ok: boolean) => told.push(ok), number: 0, step: 0, capture: nothing, captured: nothing };
  const session = new Session(run, undefined);
  const slot = run.begin(0, planned, planned, owner, session);
  engine.table.sent[slot] = planned;
  engine.table.state[slot] = SlotState.sent;
  return { run, slot, session, told, id: engine.table.id(slot), engine };
}

type UnderWay = ReturnType<typeof underWay>;

function outcomes({ engine }: UnderWay): Record<string, number> {
  const { outcomes } = engine.recorder.swap();
  const count = (of: number) => outcomes.filter((_, i) => i % outcomeClasses.length === of).reduce((a, b) => a + b, 0);
  return Object.fromEntries(outcomeClasses.flatMap((name, of) => (count(of) > 0 ? [[name, count(of)]] : [])));
}

function reply({ run, slot, id, engine }: UnderWay, at: number): void {
  const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [] } }));
  engine.scanner.scan(bytes, 0, bytes.length);
  run.answered(slot, MessageKind.result, bytes, 0, bytes.length, at);
}

describe('the time-out', () => {
  it('is not over before its last instant', () => {
    const exchange = underWay();
    reply(exchange, planned + timeout - 0.001);
    expect(exchange.engine.recorder.counters.late).toBe(0);
    expect(outcomes(exchange)).toEqual({ ok: 1 });
    expect(exchange.told).toEqual([true]);
  });

  it.each([0, 0.5, 49])('is over for a reply %d ms behind it, though no sweep came in between', (behind) => {
    const exchange = underWay();
    reply(exchange, planned + timeout + behind);
    expect(exchange.engine.recorder.counters.late).toBe(1);
    expect(outcomes(exchange)).toEqual({ timeout: 1 });
    expect(exchange.told).toEqual([false]);
    const { engine, id, session } = exchange;
    expect(engine.table.match(id, session), 'a second reply').toBe(Match.duplicate);
  });

  it('is over for a status', () => {
    const exchange = underWay();
    exchange.run.endWithStatus(exchange.slot, 503, planned + timeout);
    expect(exchange.engine.recorder.counters.late).toBe(1);
    expect(outcomes(exchange)).toEqual({ timeout: 1 });
  });

  it('is over for a handshake', () => {
    const exchange = underWay();
    exchange.run.connected(exchange.slot, planned + timeout);
    expect(outcomes(exchange)).toEqual({ timeout: 1 });
    expect(exchange.told).toEqual([false]);
  });

  it('leaves a reply that is still to come late', () => {
    const exchange = underWay();
    exchange.run.end(exchange.slot, Outcome.timeout, planned + timeout);
    const { engine, id, session } = exchange;
    expect(engine.table.match(id, session)).toBe(Match.late);
  });
});
