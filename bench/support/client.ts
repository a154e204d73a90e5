import type { ToolReport } from './measurement.ts';
import { pinned } from './pinning.ts';
import { type Command, outputOf, type Started, start } from './processes.ts';

/** A load generator under way, in a process of its own. */
export interface Client {
  readonly pid: number;
  /** What it says when it has ended. */
  readonly report: Promise<ToolReport>;
  /** Asks it to end before its time, and waits until it has. */
  stop(): Promise<void>;
}

/** For summing up; with ten thousand connections some take long. */
const graceSeconds = 20;

/** Starts a program, on one core when given; `read` gets what it printed. One that was asked to end may have any exit code. */
export async function startClient(
  command: Command,
  core: number | undefined,
  read: (stdout: string) => ToolReport | Promise<ToolReport>,
  env?: NodeJS.ProcessEnv,
): Promise<Client> {
  const program = await start(pinned(command, core), env);
  let stopped = false;
  const report = program.ended.then(async ({ stdout }) => read(stopped ? stdout : await outputOf(command, program)));
  const stop: Started['stop'] = (...how) => {
    stopped = true;
    return program.stop(...how);
  };
  return clientOf({ pid: program.pid, stop }, report);
}

/** Interrupted as a user at a terminal does it: all report what they have until then. */
export function clientOf({ pid, stop }: Omit<Started, 'ended'>, report: Promise<ToolReport>): Client {
  report.catch(() => {});
  return { pid, report, stop: () => stop('SIGINT', graceSeconds) };
}
