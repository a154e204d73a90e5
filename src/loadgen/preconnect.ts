import { now } from './clock.ts';
import type { ScenarioRun } from './scenario-run.ts';
import type { SessionWaiter } from './session-waiter.ts';
import type { TimerTarget } from './timers.ts';
import type { VirtualUser } from './virtual-user.ts';

/** Handshakes under way at once per worker: fewer than common listen backlogs, and few commands starting up. */
const abreast = 100;
const commandsAbreast = 4;
/** Failed attempts without a success between them after which the target counts as unreachable. */
const patience = 20;

/** Opens the sessions of all users before the clock starts; `done` is called when all stand. */
export function preconnect(run: ScenarioRun, users: readonly VirtualUser[], done: () => void): void {
  if (users.length === 0) done();
  else new Preconnect(run, users, done).fire(now());
}

class Preconnect implements TimerTarget {
  readonly #run: ScenarioRun;
  readonly #users: readonly VirtualUser[];
  readonly #done: () => void;
  /** ms between two connects; 0 = as fast as `abreast` allows. */
  readonly #spacing: number;
  readonly #abreast: number;
  #started = 0;
  #ready = 0;
  #failures = 0;

  constructor(run: ScenarioRun, users: readonly VirtualUser[], done: () => void) {
    this.#run = run;
    this.#users = users;
    this.#done = done;
    const { connectRate, target } = run.plan;
    this.#abreast = target.transport === 'stdio' ? commandsAbreast : abreast;
    this.#spacing = connectRate === undefined ? 0 : (1000 * run.engine.workers) / connectRate;
  }

  fire(at: number): void {
    if (this.#spacing > 0) {
      this.#connectNext(at);
      if (this.#started < this.#users.length) this.#run.engine.timers.add(at + this.#spacing, this);
    } else
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
    else if (this.#spacing === 0) this.fire(now);
  }
}
