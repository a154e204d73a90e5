import type { ScenarioPlan } from '../scenario/plan.ts';
import type { Stripe } from './arrival-walk.ts';
import { now } from './clock.ts';
import type { Engine } from './engine.ts';
import type { Session } from './session.ts';
import type { SessionWaiter } from './session-waiter.ts';
import type { TimerTarget } from './timers.ts';

/** Handshakes under way at once per worker: fewer than common listen backlogs, and few commands starting up. */
const abreast = 100;
const commandsAbreast = 4;
/** Failed attempts without a success between them after which the target counts as unreachable. */
const patience = 20;

/** The scenario and the worker whose sessions are opened. */
interface Connecting {
  readonly plan: Pick<ScenarioPlan, 'connectRate' | 'target'>;
  readonly engine: Stripe & Pick<Engine, 'timers' | 'unreachable'>;
}

interface User {
  readonly session: Pick<Session, 'whenReady'>;
}

/** Opens the sessions of all users before the clock starts; `done` is called when all stand. */
export function preconnect(run: Connecting, users: readonly User[], done: () => void): void {
  if (users.length === 0) return done();
  const at = now();
  new Preconnect(run, users, done, at).fire(at);
}

/**
 * When a worker opens its connection i: ms after the first of all workers, which take turns, so that `rate` a second is
 * the rate of all together.
 */
export function connectDue(i: number, { worker, workers }: Stripe, rate: number): number {
  return (1000 * (worker + i * workers)) / rate;
}

class Preconnect implements TimerTarget {
  readonly #run: Connecting;
  readonly #users: readonly User[];
  readonly #done: () => void;
  readonly #abreast: number;
  readonly #beganAt: number;
  #started = 0;
  #ready = 0;
  #failures = 0;

  constructor(run: Connecting, users: readonly User[], done: () => void, at: number) {
    this.#run = run;
    this.#users = users;
    this.#done = done;
    this.#beganAt = at;
    this.#abreast = run.plan.target.transport === 'stdio' ? commandsAbreast : abreast;
  }

  /** A wake-up that comes late opens all that are due, so that lateness never adds up. */
  fire(at: number): void {
    const { plan, engine } = this.#run;
    if (plan.connectRate === undefined) return this.#connectAbreast(at);
    for (; this.#started < this.#users.length; this.#connectNext(at)) {
      const due = this.#beganAt + connectDue(this.#started, engine, plan.connectRate);
      if (due > at) return engine.timers.add(due, this);
    }
  }

  #connectAbreast(at: number): void {
    while (this.#started < this.#users.length && this.#started - this.#ready < this.#abreast) this.#connectNext(at);
  }

  #connectNext(at: number): void {
    const user = this.#users[this.#started++];
    const waiter: SessionWaiter = {
      sessionReady: (now) => this.#connected(now),
      sessionFailed: (_openedAt, now) => {
        if (++this.#failures > patience) this.#run.engine.unreachable();
        else user.session.whenReady(waiter, now);
      },
    };
    user.session.whenReady(waiter, at);
  }

  #connected(now: number): void {
    this.#ready++;
    this.#failures = 0;
    if (this.#ready === this.#users.length) this.#done();
    else if (this.#run.plan.connectRate === undefined) this.#connectAbreast(now);
  }
}
