import type { Output } from '../output.ts';

/** Shows nothing. */
export class NoOutput implements Output {
  start(): void {}
  interval(): void {}
  async finish(): Promise<void> {}
}
