/** Told of every process group that begins and ends, so that another thread can end those whose thread is gone. */
export type GroupWatcher = (pid: number, alive: boolean) => void;

/** Process groups this thread has started, by the pid of their leader. */
class ChildGroups {
  readonly #alive = new Set<number>();
  #watcher: GroupWatcher = () => undefined;
  #waiting: (() => void)[] = [];

  watch(watcher: GroupWatcher): void {
    this.#watcher = watcher;
  }

  began(pid: number): void {
    this.#alive.add(pid);
    this.#watcher(pid, true);
  }

  /** The leader has exited: whoever it has left behind in its group goes with it. */
  ended(pid: number): void {
    signalGroup(pid, 'SIGKILL');
    this.#alive.delete(pid);
    this.#watcher(pid, false);
    if (this.#alive.size > 0) return;
    for (const done of this.#waiting.splice(0)) done();
  }

  /** Settles when none is left. */
  async none(): Promise<void> {
    if (this.#alive.size > 0) await new Promise<void>((done) => this.#waiting.push(done));
  }
}

export const childGroups = new ChildGroups();

/** To every process of a group; there may be none any more. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
