import type { Readable, Writable } from 'node:stream';
import { readMessage } from '../wire/jsonrpc.ts';
import { type Refusal, refusals, transports } from '../wire/mcp.ts';
import { Connection } from './connection.ts';
import type { DataPlane } from './data-plane.ts';
import type { Due } from './due-list.ts';
import { refusalError, sendMessage } from './frontend.ts';
import { LineDecoder, type LineSink } from './line-decoder.ts';
import { Session } from './session.ts';

const transportIndex = transports.indexOf('stdio');
/** How soon after the last reply the end of the input is followed by that of the gateway, in ms. */
const endMillis = 100;

/** The client that has started the gateway, and sends it a message a line. `over` is called when it sends no more and has all replies. */
export class StdioConnection extends Connection<Writable> implements Due, LineSink {
  override readonly tailroom = 1;
  readonly plane: DataPlane;
  readonly session: Session;
  readonly #input: Readable;
  readonly #decoder: LineDecoder;
  readonly #over: () => void;

  constructor(plane: DataPlane, input: Readable, output: Writable, over: () => void) {
    super(output);
    this.plane = plane;
    this.#input = input;
    this.#over = over;
    this.#decoder = new LineDecoder(this, plane.limits.tcpMessage);
    this.session = new Session(plane, {
      id: 'stdio',
      subject: 'stdio',
      transport: 'stdio',
      channel: this,
      maxInFlight: plane.limits.inFlight,
    });
    input.on('data', (chunk: Buffer) => this.#received(chunk));
    input.on('end', () => this.#ended()).on('error', () => this.#ended());
    output.on('error', () => output.destroy());
    output.on('close', () => this.#gone());
  }

  protected get transportIndex(): number {
    return transportIndex;
  }

  headroom(): number {
    return 0;
  }

  refusal(refusal: Refusal, text: string): Buffer {
    return refusalError(refusal, refusals[refusal].code, text);
  }

  line(line: Buffer): boolean {
    this.take(readMessage(line));
    return true;
  }

  /** Where the next line begins nobody knows: it is not looked for. */
  tooLong(): void {
    this.plane.counters.refusedMessage('stdio', 'tooLarge', 'too_large');
    const error = this.refusal('tooLarge', `A line is longer than ${this.#decoder.maxLine} bytes`);
    sendMessage(this, Buffer.from(`{"jsonrpc":"2.0","id":null,"error":${error}}`));
    this.#input.destroy();
    this.#ended();
  }

  due(now: number): number {
    if (!this.idle && this.writable) return now + endMillis;
    this.#over();
    return Number.POSITIVE_INFINITY;
  }

  closeIdle(): void {
    if (this.idle) this.outlet.end();
  }

  cut(): void {
    this.plane.counters.failure('stdio', 'slow_consumer');
    this.outlet.destroy();
  }

  protected get writable(): boolean {
    return this.outlet.writable;
  }

  protected writeFraming(frame: Buffer, length: number): void {
    frame[length] = 0x0a;
  }

  protected pauseReading(): void {
    this.#input.pause();
  }

  protected resumeReading(): void {
    this.#input.resume();
  }

  #received(chunk: Buffer): void {
    this.outlet.cork();
    this.#decoder.push(chunk);
    this.outlet.uncork();
  }

  #ended(): void {
    this.plane.dueList.add(this, performance.now());
  }

  #gone(): void {
    this.#input.destroy();
    this.session.end();
    this.#over();
  }
}
