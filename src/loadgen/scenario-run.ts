import type { Recorder } from '../metrics/recorder.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { isCensored, Outcome } from '../wire/outcome.ts';
import type { MessageKind } from '../wire/reply-scan.ts';
import { aimedAt } from './address.ts';
import type { Engine } from './engine.ts';
import { ExchangeValues } from './exchange-values.ts';
import { type ExchangeOwner, SlotState } from './exchanges.ts';
import { type Executor, executors } from './executor.ts';
import type { ScenarioFacts } from './facts.ts';
import { initializes } from './initialize.ts';
import { nextOperation } from './mix.ts';
import { Expected, type Judgement } from './operation.ts';
import { type ProfileStage, profileOf } from './profile.ts';
import { readBatch } from './read-batch.ts';
import { prepareRequests } from './requests.ts';
import type { Session } from './session.ts';
import { StageRows } from './stage-rows.ts';
import { streamsFor } from './stream.ts';
import { streamTimes } from './stream-times.ts';
import { type Connection, type OpenFailure, type Transport, transports, withLastWords } from './transport.ts';
import { failureCode } from './transports/failure.ts';
import { variableBodies } from './variable-body.ts';

/** One scenario of the plan on one worker: its transport and executor, and the book-keeping of its exchanges. */
export class ScenarioRun {
  readonly engine: Engine;
  readonly plan: ScenarioPlan;
  readonly recorder: Recorder;
  readonly transport: Transport;
  readonly executor: Executor;
  /** Warm-up, stages and cool-down as one profile. */
  readonly profile: readonly ProfileStage[];
  readonly facts: ScenarioFacts;
  /** Of what this scenario draws by lot: others draw something else. */
  readonly seed: number;
  readonly initializes: boolean;
  readonly initializeOperation: number;
  /** Iterations open their own connections. */
  readonly connectsInSteps: boolean;
  readonly #rows: StageRows;
  readonly #firstCheck: readonly number[];
  readonly #expected: readonly Expected[];
  /** When the target last ended a connection, or an exchange found none, unless a session was opened since. */
  #lostAt = Number.NEGATIVE_INFINITY;
  #repliedAt = 0;
  readonly #judgement: Judgement = { outcome: Outcome.ok, code: 0, parsed: false, checks: [], captured: [] };

  constructor(engine: Engine, index: number, facts: ScenarioFacts) {
    const plan = engine.plan.scenarios[index];
    this.engine = engine;
    this.facts = facts;
    this.seed = engine.plan.seed + index;
    this.recorder = engine.recorder;
    const aimed = aimedAt(plan, facts.address);
    this.plan = { ...aimed, maxConnections: Math.ceil(plan.maxConnections / engine.workers) };
    this.#rows = new StageRows(plan, engine.layout.firstRow[index]);
    this.#firstCheck = engine.layout.firstCheck[index];
    this.#expected = plan.operations.map((operation, index) => new Expected(operation, index, facts.era));
    this.initializes = facts.era === 'legacy' && initializes(plan);
    this.initializeOperation = plan.operations.length;
    this.connectsInSteps = plan.steps.some(({ type }) => type === 'connect' || type === 'close');
    this.profile = profileOf(plan);
    const values = new ExchangeValues(engine.table, plan.executor, engine.plan.data ?? [], this.seed);
    const requests = prepareRequests(plan, facts, variableBodies(values, facts.made));
    this.transport = transports[plan.target.transport](
      this.plan,
      requests,
      streamsFor(this.plan, streamTimes(this.recorder)),
    );
    this.executor = executors[plan.executor.kind](this);
  }

  start(at: number): void {
    this.#rows.start(at);
    this.executor.start(at);
  }

  /** The load ends early. What is planned from now on is not measured; replies of now on do not count in throughput. */
  stop(at: number): void {
    this.#rows.stop(at);
    this.executor.hurry(at);
  }

  /** Begins an exchange; −1 when too many are under way, which is counted as dropped. */
  begin(operation: number, planned: number, now: number, owner: ExchangeOwner, session: Session): number {
    const { table } = this.engine;
    const row = this.#rows.at(operation, planned);
    this.recorder.planned(row);
    const slot = table.begin(planned, now);
    if (slot < 0) {
      if (this.#rows.isMeasured(row)) this.recorder.counters.overflowed++;
      this.#dropped(row, planned, now);
      return slot;
    }
    table.row[slot] = row;
    table.owner[slot] = owner;
    table.run[slot] = this;
    table.session[slot] = session;
    table.operation[slot] = this.#expected[operation];
    table.timeout[slot] = this.plan.timeout;
    return slot;
  }

  /** Iteration `number` was due and cannot be begun. */
  drop(number: number, planned: number, now: number): void {
    const row = this.#rows.at(nextOperation(this.plan, this.seed, 0, number), planned);
    this.recorder.planned(row);
    this.#dropped(row, planned, now);
  }

  /** Begins a handshake that is counted by itself; −1 as in `begin`. It has the time limit of connecting. */
  beginHandshake(operation: number, planned: number, now: number, owner: ExchangeOwner, session: Session): number {
    const slot = this.begin(operation, planned, now, owner, session);
    if (slot < 0) return slot;
    const { table } = this.engine;
    table.timeout[slot] = Math.min(this.plan.timeout, this.plan.connectTimeout);
    table.sent[slot] = now;
    this.recorder.sent(table.row[slot]);
    return slot;
  }

  connected(slot: number, now: number): void {
    const { table } = this.engine;
    if (table.isOverdue(slot, now)) return this.end(slot, Outcome.timeout, now);
    this.recorder.ok(table.row[slot], table.planned[slot], table.released[slot], table.sent[slot], now);
    this.recorder.delivered(this.#rows.at(table.operation[slot]!.index, now));
    const owner = table.owner[slot];
    table.end(slot, now);
    owner?.ended(true, now);
  }

  notConnected(slot: number, now: number): void {
    const timedOut = this.engine.lastFailure?.reason === 'timeout';
    this.end(slot, timedOut ? Outcome.timeout : Outcome.connectFailed, now);
  }

  /** Nothing under way is waited for any more, of one session or of all: it ends unanswered, and nothing follows it. */
  abandon(now: number, session?: Session): void {
    const { table } = this.engine;
    const given = (slot: number) =>
      table.run[slot] === this && (session === undefined || table.session[slot] === session);
    for (let slot = 0; slot < table.highWater; slot++) {
      if (!given(slot)) continue;
      table.owner[slot] = null;
      table.session[slot]?.forget(slot);
    }
    for (let slot = 0; slot < table.highWater; slot++) if (given(slot)) this.end(slot, Outcome.unanswered, now);
  }

  /** A reply came for this exchange. */
  answered(slot: number, kind: MessageKind, bytes: Buffer, start: number, end: number, now: number): void {
    const { table } = this.engine;
    this.#repliedAt = now;
    if (table.isOverdue(slot, now)) return this.#endLate(slot, now);
    const expected = table.operation[slot]!;
    const judgement = this.#judgement;
    expected.judge(judgement, kind, bytes, start, end);
    if (judgement.parsed && this.#rows.isMeasured(table.row[slot])) this.#checks(expected, judgement.checks);
    if (judgement.outcome !== Outcome.ok) {
      if (judgement.outcome === Outcome.rpcError) this.recorder.rpcError(table.row[slot], judgement.code);
      this.end(slot, judgement.outcome, now);
      return;
    }
    this.recorder.ok(table.row[slot], table.planned[slot], table.released[slot], table.sent[slot], now);
    if (table.firstByte !== undefined) this.#inParts(slot, now, true);
    this.recorder.delivered(this.#rows.at(expected.index, now));
    const owner = table.owner[slot];
    const session = table.session[slot];
    if (expected.captures.length > 0) owner?.capture(expected.captures, judgement.captured);
    table.end(slot, now);
    session?.settled(now);
    if (owner !== null) readBatch.endings.tell(owner, true, now);
  }

  endWithStatus(slot: number, status: number, now: number): void {
    const { table } = this.engine;
    if (table.isOverdue(slot, now)) return this.#endLate(slot, now);
    this.recorder.httpStatus(table.row[slot], status);
    this.end(slot, Outcome.httpStatus, now);
  }

  /** Its reply came, but after its time, before a sweep found that out. */
  #endLate(slot: number, now: number): void {
    this.recorder.counters.late++;
    this.end(slot, Outcome.timeout, now, true);
  }

  /** Ends an exchange in any other way than with the reply it wanted. `replied`: none is to come any more. */
  end(slot: number, outcome: Outcome, now: number, replied = !isCensored(outcome)): void {
    const { table } = this.engine;
    if (outcome === Outcome.connectionLost || outcome === Outcome.connectFailed) this.endedByTarget(now);
    const planned = table.planned[slot];
    const ended = outcome === Outcome.timeout ? Math.max(now, planned + table.timeout[slot]) : now;
    this.recorder.failed(table.row[slot], outcome, planned, table.released[slot], table.sent[slot], ended);
    const owner = table.owner[slot];
    const written = table.state[slot] === SlotState.sent;
    const session = written ? table.session[slot] : null;
    if (table.sent[slot] === 0)
      this.recorder.gaveUpWaiting(table.row[slot], ended - table.released[slot], table.takeLimited(slot));
    else if (isCensored(outcome)) this.#inParts(slot, ended, false);
    table.end(slot, now, written && !replied);
    session?.settled(now);
    if (owner !== null) readBatch.endings.tell(owner, false, now);
  }

  operationOf(slot: number): number {
    return this.engine.table.operation[slot]!.index;
  }

  connectionOpened(): void {
    this.recorder.counters.opened++;
    this.engine.sessions++;
    this.engine.lastFailure = undefined;
    this.engine.failedInRow = 0;
    this.#lostAt = Number.NEGATIVE_INFINITY;
  }

  connectionClosed(lost: boolean): void {
    if (lost) this.recorder.counters.lost++;
    this.engine.sessions--;
  }

  /** The last that was seen of its target was the end of a connection: it may be gone. */
  get leftAlone(): boolean {
    return this.#lostAt >= this.#repliedAt;
  }

  /** The target has ended a connection, whether or not anything was under way. */
  endedByTarget(at: number): void {
    this.#lostAt = at;
  }

  connectionRefused(failure: OpenFailure, connection: Connection | undefined): void {
    this.attemptFailed(failure);
    this.engine.failedInRow++;
    this.engine.lastFailure = { ...withLastWords(failure, connection), url: this.plan.target.url };
  }

  /** An attempt to connect failed, of which the session may not need to know. */
  attemptFailed(failure: OpenFailure): void {
    this.recorder.connectFailed(failureCode(failure));
  }

  #dropped(row: number, planned: number, now: number): void {
    this.recorder.failed(row, Outcome.dropped, planned, now, 0, planned + this.plan.timeout);
  }

  /** An exchange that had to wait was sent. */
  waited(slot: number, now: number): void {
    const { table } = this.engine;
    this.recorder.waited(table.row[slot], now - table.released[slot], table.takeLimited(slot));
  }

  #inParts(slot: number, ended: number, whole: boolean): void {
    const { firstByte, firstEvent, sent, row } = this.engine.table;
    if (firstByte === undefined || firstEvent === undefined || firstByte[slot] <= sent[slot]) return;
    const event = firstEvent[slot] > sent[slot] ? firstEvent[slot] : 0;
    this.recorder.inParts(row[slot], sent[slot], firstByte[slot], event, ended, whole);
  }

  #checks(expected: Expected, passed: readonly boolean[]): void {
    const first = this.#firstCheck[expected.index];
    expected.checks.forEach((_, i) => {
      this.recorder.check(first + i, passed[i]);
    });
  }
}
