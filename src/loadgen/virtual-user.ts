import { doubleZero } from '../metrics/double-zero.ts';
import type { CapturePlan, ThinkTime } from '../scenario/plan.ts';
import { Outcome } from '../wire/outcome.ts';
import { Captures } from './captures.ts';
import { now as clock } from './clock.ts';
import type { ExchangeOwner } from './exchanges.ts';
import type { Executor } from './executor.ts';
import { choose, nextOperation } from './mix.ts';
import type { ScenarioRun } from './scenario-run.ts';
import { Session } from './session.ts';
import type { SessionWaiter } from './session-waiter.ts';
import { thinkMillis } from './think.ts';
import type { TimerTarget } from './timers.ts';

/** One independent MCP client: a session, and the iterations that use it. */
export class VirtualUser {
  readonly index: number;
  readonly session: Session;
  /** Iterations begun so far. */
  passes = doubleZero;
  /** A ramp has taken it away: it begins nothing any more, and what it does may go on until then. */
  leaving = Number.POSITIVE_INFINITY;

  constructor(run: ScenarioRun, index: number) {
    this.index = index;
    const { localAddresses } = run.plan;
    this.session = new Session(
      run,
      localAddresses.length > 0 ? localAddresses[index % localAddresses.length] : undefined,
    );
  }
}

/**
 * One pass of the scenario by one virtual user, step by step without a promise: each step either goes on at once or
 * returns and is resumed by exactly one callback (reply, session, timer). Reused from pass to pass.
 */
export class Iteration implements ExchangeOwner, SessionWaiter, TimerTarget {
  readonly #run: ScenarioRun;
  readonly #executor: Executor;
  user: VirtualUser;
  active = false;
  number = doubleZero;
  step = 0;
  #operation = 0;
  /** Only where a call captures. */
  readonly #captures: Captures | undefined;
  /** When the next exchange was wanted: the arrival's due time, then the moment the previous step was over. */
  #planned = 0;
  #arrival = false;
  #pausing = false;
  #pause = 0;
  #hurried = false;
  /** Exchange of a handshake that is counted by itself; −1 without one. */
  #handshake = -1;

  constructor(run: ScenarioRun, executor: Executor, user: VirtualUser) {
    this.#run = run;
    this.#executor = executor;
    this.user = user;
    const { operations } = run.plan;
    if (operations.some(({ captures }) => captures)) this.#captures = new Captures(operations);
  }

  /**
   * `number`: place in the plan, which decides what is drawn by lot. `arrival`: planned by an open schedule, so that even
   * connecting is charged to the first exchange.
   */
  start(number: number, planned: number, arrival: boolean, now: number): void {
    this.active = true;
    this.number = number;
    this.step = 0;
    this.#planned = planned;
    this.#arrival = arrival;
    this.#hurried = false;
    this.#captures?.clear();
    this.#go(now);
  }

  /** Ends a hold or think time now, and skips those that would follow. */
  hurry(now: number): void {
    if (!this.active) return;
    this.#hurried = true;
    if (!this.#pausing) return;
    this.#pausing = false;
    this.#next(now, now);
  }

  /** Does nothing any more; its exchange has ended, its session is being ended. */
  abandon(): void {
    this.active = false;
    this.#pausing = false;
    this.#handshake = -1;
  }

  ended(ok: boolean, now: number): void {
    if (!this.active) return;
    const connecting = this.#handshake >= 0;
    this.#arrival = false;
    this.#handshake = -1;
    if (!ok) this.#captures?.forget(this.#operation);
    if (ok || (this.user.session.ready && !connecting)) this.#next(now, now);
    else this.#finish(now);
  }

  capture(captures: readonly CapturePlan[], values: readonly unknown[]): void {
    this.#captures?.take(captures, values);
  }

  captured(name: string): unknown {
    return this.#captures?.get(name);
  }

  sessionReady(now: number): void {
    if (this.#handshake >= 0) return this.#run.connected(this.#handshake, now);
    if (!this.#arrival) this.#planned = now;
    this.#go(now);
  }

  sessionFailed(openedAt: number, now: number): void {
    if (this.#handshake >= 0) return this.#run.notConnected(this.#handshake, now);
    this.#operation = nextOperation(this.#run.plan, this.#run.seed, this.step, this.number);
    // Released as connecting began: what the target took to fail is its time, not our lateness.
    const slot = this.#run.begin(this.#operation, openedAt, openedAt, this, this.user.session);
    if (slot >= 0) this.#run.end(slot, Outcome.connectFailed, now);
    else this.#finish(now);
  }

  fire(now: number): void {
    if (!this.#pausing || now < this.#pause) return;
    this.#pausing = false;
    this.#next(this.#pause, now);
  }

  #next(planned: number, now: number): void {
    this.step++;
    this.#planned = planned;
    this.#go(now);
  }

  /** Runs steps until one has to wait. */
  #go(now: number): void {
    const { steps } = this.#run.plan;
    for (; this.step < steps.length; this.step++) {
      const step = steps[this.step];
      if (step.type === 'close') this.user.session.close(step.how, now);
      else if (step.type === 'call') return this.#call(step.operation, now);
      else if (step.type === 'mix')
        return this.#call(choose(this.#run.plan, this.#run.seed, this.step, this.number), now);
      else if (step.type === 'think') {
        if (!this.#hurried) return this.#wait(this.#thinkMillis(step.milliseconds), now);
      } else if (step.type === 'hold') {
        if (!this.#hurried) return this.#wait(step.milliseconds, now);
      } else if (step.type === 'connect' && step.operation !== undefined) return this.#connect(step.operation, now);
      else if (!this.#arrival && !this.user.session.ready) return this.user.session.whenReady(this, now);
    }
    this.#finish(now);
  }

  #call(operation: number, now: number): void {
    const { session } = this.user;
    if (!this.#arrival && !session.ready) return session.whenReady(this, now);
    const released = clock();
    const slot = this.#run.begin(operation, this.#planned, released, this, session);
    if (slot < 0) return this.#finish(now);
    this.#operation = operation;
    if (this.#captures?.suffice(operation) === false) this.#run.end(slot, Outcome.skipped, released);
    else session.submit(slot, operation, released);
  }

  #thinkMillis(time: ThinkTime): number {
    return thinkMillis(time, this.#run.seed, this.number, this.step);
  }

  /** The handshake is an exchange by itself. */
  #connect(operation: number, now: number): void {
    const { session } = this.user;
    this.#handshake = this.#run.beginHandshake(operation, this.#planned, clock(), this, session);
    if (this.#handshake >= 0) session.whenReady(this, now);
    else this.#finish(now);
  }

  #wait(milliseconds: number, now: number): void {
    this.#pausing = true;
    this.#pause = now + milliseconds;
    this.#run.engine.timers.add(this.#pause, this);
  }

  #finish(now: number): void {
    this.active = false;
    this.#executor.iterationEnded(this, now);
  }
}
