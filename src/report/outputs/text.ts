import type { RunResult } from '../../results/result.ts';
import type { Output, OutputOptions } from '../output.ts';
import { renderSummary } from '../summary.ts';

/** Prints the end summary. */
export class TextOutput implements Output {
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  start(): void {}
  connecting(): void {}
  interval(): void {}

  async finish(result: RunResult): Promise<void> {
    this.#options.stream.write(renderSummary(result, this.#options.style));
  }
}
