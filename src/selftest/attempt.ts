import { McpbError } from '../errors.ts';
import { processNow } from '../loadgen/clock.ts';
import { type RunOptions, run } from '../loadgen/run.ts';
import type { RunResult } from '../results/result.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Case, Observed, Stops } from './case.ts';
import type { SelftestTransport } from './endpoint.ts';
import { planOf } from './plan.ts';
import type { Interval, ServerReport } from './protocol.ts';
import { ServerProcess } from './server-process.ts';

/** What every run of a selftest shares. */
export interface RunContext {
  readonly sessionId: string;
  readonly createdBy: string;
  readonly stop: AbortSignal;
  readonly now: AbortSignal;
}

/** The whole of a run, or MCPB_E_INTERRUPTED: one that was cut short is no evidence. */
export async function wholeRun(plan: Plan, context: RunContext, options: Partial<RunOptions>): Promise<RunResult> {
  const result = await run(plan, { ...context, env: {}, ...options });
  if (!context.stop.aborted) return result;
  throw new McpbError('MCPB_E_INTERRUPTED', 'interrupted before the selftest was over', {
    hint: 'with --quick it takes about two minutes',
  });
}

export interface Attempt extends Observed {
  readonly server: ServerReport;
}

/** One run of a case through the whole engine, against a server of its own. */
export async function attempt(one: Case, transport: SelftestTransport, context: RunContext): Promise<Attempt> {
  const server = await ServerProcess.start({ transport, behaviour: one.behaviour });
  const stopper = new Stopper(server, one.stops);
  let startAt = 0;
  try {
    const result = await wholeRun(planOf(server.address, one.load), context, {
      onStart: (at) => {
        startAt = at;
        server.begin(at);
        stopper.begin(at);
      },
    });
    stopper.end();
    return { result, startAt, stops: stopper.stops, server: await server.finish(stopper.stops) };
  } finally {
    stopper.end();
    await server.end();
  }
}

/** Takes the processor from a server and gives it back, and keeps when. */
class Stopper {
  readonly stops: Interval[] = [];
  readonly #server: ServerProcess;
  readonly #rule: Stops | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startAt = 0;
  #stoppedAt: number | undefined;

  constructor(server: ServerProcess, rule: Stops | undefined) {
    this.#server = server;
    this.#rule = rule;
  }

  begin(at: number): void {
    this.#startAt = at;
    this.#await();
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#stoppedAt !== undefined) this.#continue();
  }

  #await(): void {
    if (this.#rule === undefined) return;
    const due = this.#startAt + this.#rule.after + this.stops.length * this.#rule.period;
    this.#timer = setTimeout(() => this.#stop(), due - processNow());
  }

  #stop(): void {
    this.#server.signal('SIGSTOP');
    this.#stoppedAt = processNow();
    this.#timer = setTimeout(() => {
      this.#continue();
      this.#await();
    }, this.#rule?.stop);
  }

  #continue(): void {
    this.stops.push({ from: this.#stoppedAt!, to: processNow() });
    this.#stoppedAt = undefined;
    this.#server.signal('SIGCONT');
  }
}
