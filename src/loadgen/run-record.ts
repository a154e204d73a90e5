import { Collector } from '../metrics/collector.ts';
import type { WorkerInterval } from '../metrics/interval.ts';
import { seriesLayout } from '../metrics/series.ts';
import { TimelineBuilder, type TimelineRow, type TimelineTotals } from '../metrics/timeline.ts';
import { TimelineTable } from '../metrics/timeline-table.ts';
import { type MachineCounters, readMachine } from '../results/environment.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Abort } from './abort.ts';
import { processNow } from './clock.ts';
import { isLateSecond } from './lateness.ts';
import { ownMemory } from './own-memory.ts';
import type { Stop } from './protocol.ts';
import { planWindow, type Window } from './window.ts';

/** CPU time and memory of the target's process; undefined when it is gone. */
export interface TargetSample {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

export interface TargetProbe {
  readonly pid: number;
  sample(): Promise<TargetSample | undefined>;
}

/** Everything read at one edge of the measure phase. */
export interface Reading {
  /** ms of this thread's clock. */
  readonly at: number;
  readonly wallClock: number;
  readonly machine: MachineCounters;
  readonly cpu: NodeJS.CpuUsage;
  readonly target: TargetSample | undefined;
}

/** A row without its histograms, with the target's memory: kept for every second of the run. */
export interface LevelRow extends Omit<TimelineRow, TimelineTotals> {
  /** One of our lags was beyond its limit. */
  readonly late: boolean;
  /** Median response time, µs. */
  readonly responseP50: number | null;
  /** Share of all cores' time, 0…1; null = not known. */
  readonly steal: number | null;
  /** Memory of the target, bytes; null = not known. */
  readonly targetRss: number | null;
}

const sampleMillis = 1000;

/** What is gathered in the main thread while a run goes on. */
export class RunRecord {
  readonly collector: Collector;
  readonly rows: LevelRow[] = [];
  readonly table: TimelineTable;
  /** Memory of the generator before it opened a connection. */
  baseRss = ownMemory();
  /** Memory of generator and target at the moment of the most connections. */
  peak = { connections: 0, rss: 0, targetRss: 0 };
  targetBase: TargetSample | undefined;
  targetLast: TargetSample | undefined;
  targetPeakRss = 0;
  targetCpuPercent: number | null = null;
  window: Window;
  begin: Reading = this.#readNow(undefined);
  end: Reading = this.begin;
  /** Seconds of the run at which the load ended early: where each worker stopped at an instant of its own, their mean. */
  cutAt: number | undefined;
  /** The threshold that ended it. */
  abort: Abort | undefined;
  readonly #builder: TimelineBuilder;
  readonly #probe: TargetProbe | undefined;
  readonly #timers: NodeJS.Timeout[] = [];
  /** ms of this thread's clock. */
  #startAt = 0;
  #lastTicks: MachineCounters['ticks'] = null;
  #edges: Promise<unknown>[] = [];
  #begun = false;
  #ended = false;

  constructor(plan: Plan, probe: TargetProbe | undefined) {
    const layout = seriesLayout(plan);
    this.collector = new Collector(layout);
    this.#builder = new TimelineBuilder(plan.workers, layout);
    this.window = planWindow(plan);
    this.table = new TimelineTable(this.window.end);
    this.#probe = probe;
    this.#timers.push(setInterval(() => this.#sample(), sampleMillis));
    this.#sample();
  }

  get windowSeconds(): number {
    return Math.max(0, Math.min(this.window.to, this.cutAt ?? Number.POSITIVE_INFINITY) - this.window.from);
  }

  workersUp(): void {
    this.baseRss = ownMemory();
  }

  /** Takes in a worker's interval; returns the row that it completes. */
  add(interval: WorkerInterval): TimelineRow | undefined {
    this.collector.add(interval);
    const row = this.#builder.add(interval);
    if (row) this.#addRow(row);
    return row;
  }

  /** The clock starts at `at`, ms of the process-wide monotonic clock: read at both edges of the window. */
  started(at: number, { from, to }: Window): void {
    const delay = at - processNow();
    this.#startAt = performance.now() + delay;
    this.#timers.push(setTimeout(() => this.#edge('begin'), delay + from * 1000));
    this.#timers.push(setTimeout(() => this.#edge('end'), delay + to * 1000));
  }

  /** The load is being ended now. */
  stopping(): void {
    this.cutAt ??= this.#secondsNow;
  }

  /**
   * Every worker has ended its load and counts no more. As each that was cut short counted until an instant of its own, all
   * that was counted together is of their mean; where none was, the load ended with the last.
   */
  stopped(stops: readonly Stop[]): void {
    const cut = stops.filter((stop) => stop.cut);
    const millis =
      cut.length === 0 ? Math.max(...stops.map(({ at }) => at)) : cut.reduce((sum, { at }) => sum + at, 0) / cut.length;
    this.cutAt = Math.max(0, this.#secondsNow + (millis - processNow()) / 1000);
    if (this.#begun) this.#edge('end');
  }

  /** Whether there is measured load left at this second of the run that a threshold could end. */
  mayAbortAt(seconds: number): boolean {
    return this.cutAt === undefined && seconds < this.window.to;
  }

  aborted(abort: Abort): void {
    this.abort = abort;
    this.stopping();
  }

  /** All workers are done: what is still missing is read now. */
  async finished(): Promise<void> {
    const early = this.#secondsNow < this.window.to;
    this.#edge('end');
    await Promise.all(this.#edges);
    for (const row of this.#builder.rest()) this.#addRow(row);
    if (early) this.cutAt ??= this.rows.at(-1)?.seconds ?? 0;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  get #secondsNow(): number {
    return Math.max(0, (performance.now() - this.#startAt) / 1000);
  }

  #addRow(row: TimelineRow): void {
    const { responseTime, censoredResponseTime: _, targetTime: __, generatorLag, receiveLag, ...levels } = row;
    const steal = this.#stealSinceLast();
    this.rows.push({
      ...levels,
      late: isLateSecond(responseTime, [generatorLag, receiveLag]),
      responseP50: responseTime.percentile(0.5) ?? null,
      steal,
      targetRss: this.targetLast?.rssBytes ?? null,
    });
    this.table.add(row, steal);
    if (row.connections < this.peak.connections || row.connections === 0) return;
    this.peak = {
      connections: row.connections,
      rss: ownMemory(),
      targetRss: this.targetLast?.rssBytes ?? 0,
    };
  }

  #stealSinceLast(): number | null {
    const before = this.#lastTicks;
    const { ticks } = readMachine();
    this.#lastTicks = ticks;
    if (before === null || ticks === null || ticks.total <= before.total) return null;
    return (ticks.steal - before.steal) / (ticks.total - before.total);
  }

  #edge(which: 'begin' | 'end'): void {
    if (which === 'end' && this.#ended) return;
    if (which === 'begin') this.#begun = true;
    else this.#ended = true;
    const target = this.#probe?.sample() ?? Promise.resolve(undefined);
    const reading = this.#readNow(undefined);
    this[which] = reading;
    this.#edges.push(target.then((sample) => (this[which] = { ...reading, target: sample })));
  }

  #readNow(target: TargetSample | undefined): Reading {
    return {
      at: performance.now(),
      wallClock: Date.now(),
      machine: readMachine(),
      cpu: process.cpuUsage(),
      target,
    };
  }

  async #sample(): Promise<void> {
    const sample = await this.#probe?.sample();
    if (sample === undefined) return;
    const before = this.targetLast;
    if (before) this.targetCpuPercent = (sample.cpuMicros - before.cpuMicros) / (sampleMillis * 10);
    this.targetBase ??= sample;
    this.targetLast = sample;
    this.targetPeakRss = Math.max(this.targetPeakRss, sample.rssBytes);
  }
}
