import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { WorkerInterval } from '../metrics/interval.ts';
import { Recorder } from '../metrics/recorder.ts';
import { type SeriesLayout, seriesLayout } from '../metrics/series.ts';
import type { Plan, ScenarioPlan } from '../scenario/plan.ts';
import { Outcome } from '../wire/outcome.ts';
import { ReplyScanner } from '../wire/reply-scan.ts';
import { now, processClockOffset, ReleaseClock } from './clock.ts';
import { ExchangeTable, SlotState, tableCapacity } from './exchanges.ts';
import type { ScenarioFacts } from './facts.ts';
import { ReceiveLag } from './health.ts';
import type { WorkerStart } from './protocol.ts';
import { ScenarioRun } from './scenario-run.ts';
import { TimerQueue } from './timers.ts';
import type { OpenFailure } from './transport.ts';
import { Wakeup } from './wakeup.ts';

export interface EngineEvents {
  ready(): void;
  unreachable(failure: OpenFailure): void;
  interval(interval: WorkerInterval): void;
  done(): void;
}

const intervalMillis = 1000;
const sweepMillis = 50;
/** After the load, replies are awaited for so long at most. */
const graceMillis = 30_000;

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
  readonly releaseClock = new ReleaseClock();
  connections = 0;
  /** Why the latest attempt to connect failed; undefined when it did not. */
  lastFailure: OpenFailure | undefined;
  readonly #events: EngineEvents;
  #runs: readonly ScenarioRun[] = [];
  readonly #wakeup: Wakeup;
  #failed = false;
  #startAt = Number.POSITIVE_INFINITY;
  #loadEnds = Number.POSITIVE_INFINITY;
  #drainEnds = Number.POSITIVE_INFINITY;
  #nextSweep = 0;
  #sequence = 0;
  #targetGone: string | undefined;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #cpu = process.threadCpuUsage();

  constructor({ plan, worker, workers }: WorkerStart, events: EngineEvents) {
    this.plan = plan;
    this.worker = worker;
    this.workers = workers;
    this.#events = events;
    this.layout = seriesLayout(plan);
    this.recorder = new Recorder(this.layout);
    this.receiveLag = new ReceiveLag(this.recorder.ofRun('receiveLag'));
    const exchanges = plan.scenarios.reduce((sum, scenario) => sum + mostExchanges(scenario), 0);
    this.table = new ExchangeTable(tableCapacity(Math.ceil(exchanges / workers) + plan.scenarios.length));
    this.#wakeup = new Wakeup(
      (at) => this.#work(at),
      plan.pacing === 'spin',
      (at, polled) => this.receiveLag.mark(at, polled),
    );
  }

  /** Prepares the requests from the facts of every scenario and opens the sessions that must stand before the start. */
  prepare(facts: readonly ScenarioFacts[]): void {
    this.#runs = facts.map((known, index) => new ScenarioRun(this, index, known));
    this.#wakeup.start();
    this.#connect(0);
  }

  /** `at`: ms of the process-wide monotonic clock. */
  start(at: number): void {
    this.#startAt = at - processClockOffset();
    this.#emit(-1, 0);
    let length = 0;
    for (const run of this.#runs) {
      const offset = run.plan.startTime;
      run.start(this.#startAt + offset * 1000);
      length = Math.max(length, offset + run.profile.reduce((sum, { seconds }) => sum + seconds, 0));
    }
    this.#loadEnds = this.#startAt + length * 1000;
    this.#wakeup.sooner(this.#startAt);
  }

  /** Ends the load early. */
  stop(grace: number): void {
    const at = now();
    if (at >= this.#loadEnds) this.#drainEnds = Math.min(this.#drainEnds, at + grace);
    else this.#endLoad(at, grace);
    this.#wakeup.sooner(at);
  }

  unreachable(): void {
    if (this.#failed || this.lastFailure === undefined) return;
    this.#failed = true;
    this.#wakeup.stop();
    this.#events.unreachable(this.lastFailure);
  }

  #connect(index: number): void {
    const run = this.#runs[index];
    if (run === undefined) this.#events.ready();
    else run.executor.connect(() => this.#connect(index + 1));
  }

  /** Does all that is due; returns the next instant. */
  #work(at: number): number {
    if (this.#failed) return Number.POSITIVE_INFINITY;
    this.timers.run(at);
    if (at >= this.#nextSweep) this.#sweep(at);
    if (at < this.#startAt) return Math.min(this.timers.next, this.#startAt, this.#nextSweep);
    if (this.#drainEnds === Number.POSITIVE_INFINITY) this.#load(at);
    if (this.#isOver(at)) return this.#finish(at);
    while (at >= this.#nextInterval) {
      this.#emit(this.#sequence, this.#nextInterval - this.#startAt);
      this.#sequence++;
    }
    return this.#nextInstant();
  }

  /** What was due before the end is released even where this thread is late for it. */
  #load(at: number): void {
    for (const { executor } of this.#runs) if (executor.next <= at) executor.wake(at);
    if (at >= this.#loadEnds) this.#endLoad(this.#loadEnds, graceMillis);
  }

  get #nextInterval(): number {
    return this.#startAt + (this.#sequence + 1) * intervalMillis;
  }

  #nextInstant(): number {
    let next = Math.min(this.timers.next, this.#nextSweep, this.#nextInterval, this.#drainEnds);
    if (this.#drainEnds === Number.POSITIVE_INFINITY) next = Math.min(next, this.#loadEnds);
    for (const { executor } of this.#runs) next = Math.min(next, executor.next);
    return next;
  }

  /** Over when all that was to be done is done, or the patience with the last replies is at its end. */
  #isOver(at: number): boolean {
    if (at >= this.#drainEnds) return true;
    const ended = at >= this.#loadEnds;
    return this.#runs.every(({ executor }) => (ended ? executor.active === 0 : executor.finished));
  }

  #endLoad(at: number, grace: number): void {
    this.#seeTarget();
    this.#loadEnds = at;
    this.#drainEnds = at + grace;
    for (const { executor } of this.#runs) executor.stop(at);
  }

  #finish(at: number): number {
    if (this.#drainEnds === Number.POSITIVE_INFINITY) this.#seeTarget();
    this.#failed = true;
    this.#wakeup.stop();
    this.#abandon(at);
    for (const { executor } of this.#runs) executor.close(at);
    this.#emit(this.#sequence, at - this.#startAt);
    this.#events.done();
    return Number.POSITIVE_INFINITY;
  }

  /** The load is at its end: is there still a target? */
  #seeTarget(): void {
    if (this.connections === 0) this.#targetGone = this.lastFailure?.message;
  }

  /** Nothing follows an exchange that is given up now: neither a step of its iteration nor one that waited for it. */
  #abandon(at: number): void {
    const { table } = this;
    for (let slot = 0; slot < table.highWater; slot++) {
      table.owner[slot] = null;
      table.session[slot]?.timedOut(slot);
    }
    for (let slot = 0; slot < table.highWater; slot++) table.run[slot]?.end(slot, Outcome.unanswered, at);
  }

  #sweep(at: number): void {
    const { table } = this;
    this.#nextSweep = at + sweepMillis;
    for (let slot = 0; slot < table.highWater; slot++) {
      if (table.state[slot] === SlotState.free || table.owner[slot] === null) continue;
      if (at - table.planned[slot] < table.timeout[slot]) continue;
      table.session[slot]?.timedOut(slot);
      table.run[slot]?.end(slot, Outcome.timeout, at);
    }
  }

  #emit(sequence: number, to: number): void {
    const at = now();
    const { millis, most } = this.table.takeInFlight(at);
    const { counters } = this.recorder;
    counters.inFlightMillis = millis;
    counters.inFlightMax = most;
    const utilization = performance.eventLoopUtilization();
    const cpu = process.threadCpuUsage();
    this.#events.interval({
      sequence,
      to,
      snapshot: this.recorder.swap(),
      vus: this.#runs.reduce((sum, { executor }) => sum + executor.users, 0),
      connections: this.connections,
      inFlight: this.table.used,
      eventLoopUtilization: performance.eventLoopUtilization(utilization, this.#utilization).utilization,
      cpuMicros: cpu.user - this.#cpu.user + cpu.system - this.#cpu.system,
      ...(this.#targetGone === undefined ? {} : { targetGone: this.#targetGone }),
    });
    this.#utilization = utilization;
    this.#cpu = cpu;
  }
}

/** How many exchanges a scenario can have under way or waiting: those of its users, or what its rate brings within the time-out. */
function mostExchanges({ executor, inFlight, timeout }: ScenarioPlan): number {
  if (executor.model === 'closed') return executor.vus * Math.min(inFlight, 2 ** 20);
  const rate = Math.max(...executor.stages.map(({ from, to }) => Math.max(from, to)));
  return rate * (timeout / 1000) + executor.vus;
}
