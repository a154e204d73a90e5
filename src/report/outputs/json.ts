import { writeResult } from '../../results/files.ts';
import type { RunResult } from '../../results/result.ts';
import type { Output, OutputOptions } from '../output.ts';

/** Writes the result file. */
export class JsonOutput implements Output {
  readonly #path: string | undefined;

  constructor({ path }: OutputOptions) {
    this.#path = path;
  }

  start(): void {}
  connecting(): void {}
  interval(): void {}

  async finish(result: RunResult): Promise<void> {
    await writeResult(result, this.#path);
  }
}
