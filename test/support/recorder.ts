import type { ConnectionHandler, Loss } from '../../src/loadgen/transport.ts';

/** Keeps what a connection tells. Throws when it is told something behind the end. */
export class Recorder implements ConnectionHandler {
  readonly messages: string[] = [];
  /** Exchanges that ended in another way than with a message. */
  readonly endings: string[] = [];
  usable = false;
  end: 'refused' | Loss | undefined;
  /** Called after everything it is told. */
  told: () => void = () => undefined;

  connected(): void {
    this.#living();
    this.usable = true;
  }

  refused(): void {
    this.#living();
    this.end = 'refused';
  }

  attemptFailed(): void {
    this.#living();
  }

  message(_slot: number, bytes: Buffer, start: number, end: number): void {
    this.#living();
    this.messages.push(bytes.toString('utf8', start, end));
  }

  replyBegan(): void {}

  /** Of the ids that tests give: a thousand millions and the slot. */
  slotOf(id: number): number {
    return id - 1_000_000_000;
  }

  idleEnded(): void {
    this.#living();
  }

  httpStatus(_slot: number, status: number): void {
    this.#living();
    this.endings.push(String(status));
  }

  exchangeLost(_slot: number, loss: Loss): void {
    this.#living();
    this.endings.push(loss);
  }

  writable(): void {
    this.#living();
  }

  lost(loss: Loss): void {
    this.#living();
    this.end = loss;
  }

  grew(): void {}

  transferred(): void {}

  #living(): void {
    if (this.end !== undefined) throw new Error('a callback behind the end');
    queueMicrotask(() => this.told());
  }
}
