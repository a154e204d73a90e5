import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { WorkerInterval } from '../metrics/interval.ts';
import { Recorder } from '../metrics/recorder.ts';
import { type SeriesLayout, seriesLayout } from '../metrics/series.ts';
import { hasAlarms, type Plan, type ScenarioPlan, spins } from '../scenario/plan.ts';
import { Outcome } from '../wire/outcome.ts';
import { ReplyScanner } from '../wire/reply-scan.ts';
import { now, processClockOffset } from './clock.ts';
import { ExchangeTable, SlotState, tableCapacity } from './exchanges.ts';
import type { ScenarioFacts } from './facts.ts';
import { collectGarbage } from './garbage.ts';
import { CpuWait, Stalls } from './health.ts';
import type { Stop, WorkerStart } from './protocol.ts';
import { readBatch } from './read-batch.ts';
import { ReceiveLag } from './receive-lag.ts';
import { ScenarioLife } from './scenario-life.ts';
import { ScenarioRun } from './scenario-run.ts';
import { Silence } from './silence.ts';
import { whyGone } from './still-there.ts';
import { TimerQueue } from './timers.ts';
import type { OpenFailure } from './transport.ts';
import { Wakeup } from './wakeup.ts';

export interface EngineEvents {
  /** Told again and again until the start: connections that stand, why the latest attempt failed. */
  connecting(standing: number, failure: string | undefined): void;
  ready(): void;
  unreachable(failure: OpenFailure): void;
  interval(interval: WorkerInterval): void;
  /** Told once to stop: when this worker's load ended, ms of the process-wide monotonic clock. */
  stopped(stop: Stop): void;
  done(): void;
}

const intervalMillis = 1000;
const sweepMillis = 50;
/** Between two reports of how far connecting is. */
const wordMillis = 500;
/** A target that has not answered for so long when the load ends, and does not afterwards, has stopped answering. */
const leastSilence = 1000;

/**
 * The load of one worker thread: prepared (requests prepared, sessions opened), started at an agreed instant, then woken
 * whenever something is due, until the profile is over and the last exchange has ended.
 */
export class Engine {
  readonly plan: Plan;
  readonly worker: number;
  readonly workers: number;
  readonly layout: SeriesLayout;
  readonly recorder: Recorder;
  readonly table: ExchangeTable;
  readonly timers = new TimerQueue((at) => this.#wakeup.sooner(at));
  readonly scanner = new ReplyScanner();
  readonly receiveLag: ReceiveLag;
  readonly #silence = new Silence();
  readonly #stalls = new Stalls();
  readonly #cpuWait = new CpuWait();
  /** Sessions that stand, each with a connection of its own, and the connections that some have besides (HTTP). */
  sessions = 0;
  further = 0;
  /** Why the latest attempt to connect failed; undefined when it did not. */
  lastFailure: OpenFailure | undefined;
  /** Attempts to connect that failed one after the other, up to now. */
  failedInRow = 0;
  readonly #events: EngineEvents;
  #runs: readonly ScenarioRun[] = [];
  #lives: readonly ScenarioLife[] = [];
  readonly #wakeup: Wakeup;
  /** Nothing is due any more: the load is over, or the target could not be reached. */
  #over = false;
  #startAt = Number.POSITIVE_INFINITY;
  #loading = true;
  #nextSweep = 0;
  #nextWord = 0;
  #sequence = 0;
  #targetGone: string | undefined;
  /** Requests on the wire when the load ended. */
  #owed = 0;
  #loadEnded = 0;
  #stopped = false;
  #silentFor: number | undefined;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #cpu = process.threadCpuUsage();

  constructor({ plan, worker, workers }: WorkerStart, events: EngineEvents) {
    this.plan = plan;
    this.worker = worker;
    this.workers = workers;
    this.#events = events;
    this.layout = seriesLayout(plan);
    this.recorder = new Recorder(this.layout);
    this.receiveLag = new ReceiveLag(this.recorder, this.#silence, readBatch.turn);
    const exchanges = plan.scenarios.reduce((sum, scenario) => sum + mostExchanges(scenario), 0);
    this.table = new ExchangeTable(tableCapacity(Math.ceil(exchanges / workers) + plan.scenarios.length));
    this.#wakeup = new Wakeup(
      (at) => this.#work(at),
      { spin: spins(plan), precise: hasAlarms(plan) },
      (at, polled) => {
        readBatch.flush();
        this.receiveLag.mark(at, polled);
      },
    );
  }

  /** Prepares the requests from the facts of every scenario and opens the sessions that must stand before the start. */
  prepare(facts: readonly ScenarioFacts[]): void {
    this.#runs = facts.map((known, index) => new ScenarioRun(this, index, known));
    this.#lives = this.#runs.map((run) => new ScenarioLife(run));
    this.#wakeup.start();
    this.#connect(0);
  }

  /** `at`: ms of the process-wide monotonic clock. */
  start(at: number): void {
    this.#startAt = at - processClockOffset();
    this.#emit(-1, 0);
    for (const life of this.#lives) life.start(this.#startAt);
    this.#wakeup.sooner(this.#startAt);
  }

  /** Ends the load early; replies are awaited for `grace` ms at most. */
  stop(grace: number): void {
    const at = now();
    const cut = this.#loading;
    for (const life of this.#lives) life.stop(at, grace);
    this.#wakeup.sooner(at);
    if (this.#stopped) return;
    this.#stopped = true;
    this.#events.stopped({ at: (cut ? at : this.#loadEnded) + processClockOffset(), cut });
  }

  unreachable(): void {
    if (this.#over || this.lastFailure === undefined) return;
    this.#over = true;
    this.#wakeup.stop();
    this.#events.unreachable(this.lastFailure);
  }

  #connect(index: number): void {
    const run = this.#runs[index];
    if (run !== undefined) return run.executor.connect(() => this.#connect(index + 1));
    collectGarbage();
    this.#events.ready();
  }

  /** Does all that is due; returns the next instant. */
  #work(at: number): number {
    if (this.#over) return Number.POSITIVE_INFINITY;
    this.timers.run(at);
    if (at >= this.#nextSweep) this.#sweep(at);
    if (at < this.#startAt) return this.#untilStart(at);
    for (const life of this.#lives) life.work(at);
    if (this.#lives.every(({ over }) => over)) return this.#finish(at);
    while (at >= this.#nextInterval) {
      this.#emit(this.#sequence, this.#nextInterval - this.#startAt);
      this.#sequence++;
    }
    return this.#nextInstant();
  }

  #untilStart(at: number): number {
    if (at >= this.#nextWord) {
      this.#nextWord = at + wordMillis;
      this.#events.connecting(this.sessions + this.further, this.lastFailure?.message);
    }
    return Math.min(this.timers.next, this.#startAt, this.#nextSweep);
  }

  get #nextInterval(): number {
    return this.#startAt + (this.#sequence + 1) * intervalMillis;
  }

  #nextInstant(): number {
    let next = Math.min(this.timers.next, this.#nextSweep, this.#nextInterval);
    for (const life of this.#lives) next = Math.min(next, life.next);
    return next;
  }

  #finish(at: number): number {
    this.#over = true;
    this.#wakeup.stop();
    this.#hearTarget();
    const leftAlone = this.#targetGone === undefined ? this.#runs.filter((run) => run.leftAlone) : [];
    if (leftAlone.length === 0) this.#conclude(at);
    else
      Promise.all(leftAlone.map(({ plan, facts }) => whyGone(plan, facts.era))).then((reasons) => {
        this.#targetGone = reasons.find((reason) => reason !== undefined);
        this.#conclude(at);
      });
    return Number.POSITIVE_INFINITY;
  }

  #conclude(at: number): void {
    this.#emit(this.#sequence, at - this.#startAt);
    this.#events.done();
  }

  /** A scenario's load ends now. With the last one's: is there still a target? What is lost later shows at the end. */
  loadEnds(): void {
    if (!this.#loading || this.#lives.some(({ loading }) => loading)) return;
    this.#loading = false;
    this.#owed = this.table.onTheWire;
    this.#loadEnded = now();
    const { lastFailure } = this;
    if (this.sessions > 0 || this.failedInRow < this.#provingGone || lastFailure?.reason === 'local') return;
    this.#targetGone = lastFailure?.message;
  }

  /** Failures in a row, with no connection left, that say more than bad luck: where clients come and go, none is often left. */
  get #provingGone(): number {
    return this.plan.scenarios.every(comesAndGoes) ? 5 : 1;
  }

  /** All that was on the wire at the end of the load stayed without a reply, and for a while before none had come either. */
  #hearTarget(): void {
    const silent = this.#loadEnded - this.#silence.repliedAt;
    if (this.#owed > 1 && silent > leastSilence) this.#silentFor = silent;
  }

  #sweep(at: number): void {
    const { table } = this;
    this.#stalls.woken(at, this.#nextSweep);
    this.#nextSweep = at + sweepMillis;
    let oldestSent = at;
    for (let slot = 0; slot < table.highWater; slot++) {
      if (table.state[slot] === SlotState.free || table.owner[slot] === null) continue;
      if (table.state[slot] === SlotState.sent) oldestSent = Math.min(oldestSent, table.sent[slot]);
      if (!table.isOverdue(slot, at)) continue;
      table.session[slot]?.forget(slot);
      table.run[slot]?.end(slot, Outcome.timeout, at);
    }
    this.#silence.lasts(at, oldestSent);
  }

  #emit(sequence: number, to: number): void {
    const at = now();
    const { millis, most } = this.table.takeInFlight(at);
    const { counters } = this.recorder;
    counters.inFlightMillis = millis;
    counters.inFlightMax = most;
    const stalls = this.#stalls.take();
    counters.stallMillis = stalls.total;
    counters.longestStallMillis = stalls.longest;
    counters.silenceMillis = this.#silence.take();
    const utilization = performance.eventLoopUtilization();
    const cpu = process.threadCpuUsage();
    this.#events.interval({
      sequence,
      to,
      snapshot: this.recorder.swap(),
      vus: this.#runs.reduce((sum, { executor }) => sum + executor.users, 0),
      connections: this.sessions + this.further,
      inFlight: this.table.used,
      eventLoopUtilization: performance.eventLoopUtilization(utilization, this.#utilization).utilization,
      cpuWaitMillis: this.#cpuWait.take(),
      longestStallAt: stalls.at - this.#startAt,
      cpuMicros: cpu.user - this.#cpu.user + cpu.system - this.#cpu.system,
      ...(this.#targetGone === undefined ? {} : { targetGone: this.#targetGone }),
      ...(this.#silentFor === undefined ? {} : { silentForMillis: this.#silentFor }),
    });
    this.#utilization = utilization;
    this.#cpu = cpu;
  }
}

/**
 * How many exchanges a scenario can have under way or waiting: those of its users, or what its rate brings within the
 * time-out and until a sweep, itself late, finds that it is over.
 */
function mostExchanges({ executor, inFlight, timeout }: ScenarioPlan): number {
  if (executor.model === 'closed') return executor.vus * Math.min(inFlight, 2 ** 20);
  const rate = Math.max(...executor.stages.map(({ from, to }) => Math.max(from, to)));
  const due = rate * ((timeout + 2 * sweepMillis) / 1000) + executor.vus;
  return opensConnections(executor.kind) ? 2 * due : due;
}

/** Its clients connect in the midst of the load and leave again. */
function comesAndGoes({ executor, steps }: ScenarioPlan): boolean {
  return opensConnections(executor.kind) || steps.some(({ type }) => type === 'close');
}

/** Every arrival may have an `initialize` under way beside the exchange that waits for it. */
function opensConnections(kind: ScenarioPlan['executor']['kind']): boolean {
  return kind === 'session-arrival' || kind === 'connection-arrival';
}
