import type { Output } from '../output.ts';

/** Shows nothing. */
export class NoOutput implements Output {
  start(): void {}
  connecting(): void {}
  interval(): void {}
  async finish(): Promise<void> {}
}
