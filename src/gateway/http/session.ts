import { workerOf } from '../../router/worker-ids.ts';
import type { Message } from '../../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../../wire/mcp.ts';
import { sseComment } from '../../wire/sse-writer.ts';
import { type Channel, sendMessage } from '../frontend.ts';
import type { PendingRequest } from '../pending-request.ts';
import { Session } from '../session.ts';
import { EventLog } from './event-log.ts';
import type { EventStream, Outlet } from './event-stream.ts';

/** From this revision on clients are told how to come back to a stream. */
const primedSince = '2025-11-25';

/** Why a client does not get a stream. */
export type StreamRefusal = 'stream_taken' | 'unknown_stream';

/**
 * An HTTP session, as one worker knows it: requests on connections that come and go, and streams that outlive them. The
 * stream for what belongs to no request is the owner's, whichever worker its client is connected to.
 */
export class HttpSession extends Session {
  /** The worker that opened it. */
  owner: number = this.plane.index;
  /** In `InFlight`; −1: it has none. */
  slot = -1;
  #events: EventLog | undefined = undefined;
  /** For what belongs to no request. */
  #standalone: EventStream | undefined = undefined;

  /** Its streams in this worker. */
  get events(): EventLog {
    this.#events ??= new EventLog(this.plane);
    return this.#events;
  }

  /** The client expects an event that carries nothing but its id. */
  get canResume(): boolean {
    return this.client !== undefined && this.client.protocolVersion >= primedSince;
  }

  /** A client is connected to its stream, which is this worker's. */
  get attended(): boolean {
    return this.#standalone?.attached === true;
  }

  /** Carries over `outlet` its stream for what belongs to no request, or what came on one behind the event `lastId`. */
  attach(outlet: Outlet, lastId: string | undefined): EventStream | StreamRefusal {
    if (lastId === undefined) return this.#begin(outlet);
    const found = this.events.find(lastId);
    if (found === undefined) return 'unknown_stream';
    outlet.event(sseComment, false);
    found.stream.goOn(outlet, found.number);
    this.#updateStream();
    return found.stream;
  }

  /** The client has left that outlet. */
  detach(stream: EventStream, outlet: Outlet): void {
    stream.detach(outlet);
    this.#updateStream();
  }

  /** What belongs to no request goes to its stream, and waits there while nobody is connected to it. */
  override notify(notification: Buffer): void {
    if (this.#standalone !== undefined) sendMessage(this.#standalone, notification);
  }

  /** The worker that has asked, or serves what is cancelled, may be another one. */
  override receive(message: Message, channel: Channel): PendingRequest | undefined {
    if (!this.plane.alone && message.kind !== 'request') this.#passOn(message);
    return super.receive(message, channel);
  }

  protected override get crowded(): boolean {
    const { inFlight, limits } = this.plane;
    return (this.slot < 0 ? this.inFlight : inFlight.count(this.slot)) >= limits.inFlight;
  }

  protected override counted(change: 1 | -1): void {
    if (this.slot >= 0) this.plane.inFlight.change(this.slot, change);
  }

  override end(): void {
    super.end();
    this.#events?.close();
  }

  #begin(outlet: Outlet): EventStream | StreamRefusal {
    this.#standalone ??= this.events.open();
    if (this.#standalone.attached) return 'stream_taken';
    if (!this.canResume) outlet.event(sseComment, false);
    this.#standalone.begin(outlet, this.canResume);
    this.#updateStream();
    return this.#standalone;
  }

  /** Clients are asked something only while they are there. */
  #updateStream(): void {
    this.stream = this.attended ? this.#standalone : undefined;
  }

  #passOn(message: Message): void {
    const { hops, index } = this.plane;
    if (message.kind === 'notification' && methodOf(message) === methodIndex['notifications/cancelled'])
      hops.tell('others', this.id, message.bytes);
    if (message.kind !== 'response') return;
    const worker = workerOf(Number(message.bytes.toString('latin1', message.idStart, message.idEnd)));
    if (worker !== index && worker >= 0) hops.tell(worker, this.id, message.bytes);
  }
}
