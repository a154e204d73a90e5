import type { LiveInterval } from '../metrics/live.ts';
import type { RunResult } from '../results/result.ts';
import type { Plan } from '../scenario/plan.ts';
import { JsonOutput } from './outputs/json.ts';
import { NoOutput } from './outputs/none.ts';
import { PlainOutput } from './outputs/plain.ts';
import { TextOutput } from './outputs/text.ts';
import type { Style } from './style.ts';

/**
 * Something a run is shown in. For each run, from the main thread and in this order: `start` once, `connecting` while
 * the sessions take long to open, `interval` about once a second, `finish` once, whatever became of the run. All but `finish` must not block; `finish` may take its time
 * and fails with an McpbError when the output cannot be written.
 */
export interface Output {
  /** `remarks`: what the run may run into on this machine. */
  start(plan: Plan, remarks?: readonly string[]): void;
  /** So many connections stand; the latest attempt failed for this. */
  connecting(standing: number, failure: string | undefined): void;
  interval(interval: LiveInterval): void;
  finish(result: RunResult): Promise<void>;
}

export interface OutputOptions {
  readonly stream: { write(text: string): unknown };
  readonly style: Style;
  /** Where a file output goes: a file ending in `.json`, or a folder. */
  readonly path?: string;
}

/** Every output by the name it is chosen with: plain and none show a run while it goes on, text and json what came out. */
export const outputs = {
  plain: (options: OutputOptions): Output => new PlainOutput(options),
  none: (): Output => new NoOutput(),
  text: (options: OutputOptions): Output => new TextOutput(options),
  json: (options: OutputOptions): Output => new JsonOutput(options),
} as const;
