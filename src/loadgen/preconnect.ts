import type { ScenarioPlan } from '../scenario/plan.ts';
import type { Stripe } from './arrival-walk.ts';
import { now } from './clock.ts';
import type { Engine } from './engine.ts';
import type { Session } from './session.ts';
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
  readonly session: Pick<Session, 'whenReady' | 'opensFrom'>;
}

/** Opens the sessions of all users before the clock starts; `done` is called when all stand. */
export function preconnect(run: Connecting, users: readonly User[], done: () => void): void {
  if (users.length === 0) return done();
  const at = now();
  new Preconnect(run, users, done, at).fire(at);
}

/**
 * When a worker makes its attempt i to connect, failed ones counted: ms after the first of all workers, which take turns,
 * so that `rate` a second is the rate of all together.
 */
export function connectDue(i: number, { worker, workers }: Stripe, rate: number): number {
  return (1000 * (worker + i * workers)) / rate;
}

/** The first attempt of a worker that is due `millis` after the first of all, or later. */
function firstFrom(millis: number, { worker, workers }: Stripe, rate: number): number {
  return Math.ceil(((millis * rate) / 1000 - worker) / workers);
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
  /** Paced: users whose attempt failed and who may try again, the number of the next attempt, and when it wakes us. */
  readonly #again: User[] = [];
  #attempt = 0;
  #wakesAt = Number.NEGATIVE_INFINITY;

  constructor(run: Connecting, users: readonly User[], done: () => void, at: number) {
    this.#run = run;
    this.#users = users;
    this.#done = done;
    this.#beganAt = at;
    this.#abreast = run.plan.target.transport === 'stdio' ? commandsAbreast : abreast;
  }

  fire(at: number): void {
    const { connectRate } = this.#run.plan;
    if (connectRate === undefined) this.#connectAbreast(at);
    else this.#connectPaced(connectRate, at);
  }

  /** A wake-up that comes late makes all attempts that are due, so that lateness never adds up. */
  #connectPaced(rate: number, at: number): void {
    const { engine } = this.#run;
    while (this.#someWait) {
      const due = this.#beganAt + connectDue(this.#attempt, engine, rate);
      if (due > at) return this.#wakeAt(due);
      this.#attempt++;
      this.#connect(this.#again.shift() ?? this.#users[this.#started++], at);
    }
  }

  #connectAbreast(at: number): void {
    while (this.#started < this.#users.length && this.#started - this.#ready < this.#abreast)
      this.#connect(this.#users[this.#started++], at);
  }

  #connect(user: User, at: number): void {
    user.session.whenReady(
      {
        sessionReady: (now) => this.#connected(now),
        sessionFailed: (_openedAt, now) => this.#failed(user, now),
      },
      at,
    );
  }

  #connected(now: number): void {
    this.#ready++;
    this.#failures = 0;
    if (this.#ready === this.#users.length) this.#done();
    else if (this.#run.plan.connectRate === undefined) this.#connectAbreast(now);
  }

  #failed(user: User, now: number): void {
    const { engine, plan } = this.#run;
    const { connectRate: rate } = plan;
    if (++this.#failures > patience) engine.unreachable();
    else if (rate === undefined) this.#connect(user, now);
    else engine.timers.add(user.session.opensFrom, { fire: (at) => this.#tryAgain(user, rate, at) });
  }

  /** Attempts that nobody waited for are not made up for. */
  #tryAgain(user: User, rate: number, at: number): void {
    if (!this.#someWait) this.#attempt = Math.max(this.#attempt, firstFrom(at - this.#beganAt, this.#run.engine, rate));
    this.#again.push(user);
    this.#connectPaced(rate, at);
  }

  get #someWait(): boolean {
    return this.#again.length > 0 || this.#started < this.#users.length;
  }

  #wakeAt(due: number): void {
    if (this.#wakesAt === due) return;
    this.#wakesAt = due;
    this.#run.engine.timers.add(due, this);
  }
}
