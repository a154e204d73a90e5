import { workerIn } from './event-log.ts';
import type { EventStream } from './event-stream.ts';
import { Reply } from './reply.ts';
import type { HttpSession, StreamRefusal } from './session.ts';

const refusals: Readonly<Record<StreamRefusal, { readonly status: number; readonly text: string }>> = {
  stream_taken: { status: 409, text: 'The session has its stream already' },
  unknown_stream: { status: 400, text: 'Last-Event-ID is of no stream of this session' },
};

/** One GET: a session's stream for what belongs to no request, or the rest of one that its client has lost. */
export class Get extends Reply {
  #stream: EventStream | undefined = undefined;
  /** Where the stream is of another worker: that, and the number it knows this by. */
  #home: { readonly worker: number; readonly get: number } | undefined = undefined;

  open(subject: string): void {
    const { headers } = this.request;
    if (!/text\/event-stream/i.test(headers.accept ?? ''))
      return this.invalid(406, 'media_type', 'Only text/event-stream is offered');
    const session = this.sessionOf(subject);
    if (session === undefined) return;
    this.session = session;
    const lastId = headers['last-event-id'] as string | undefined;
    const worker = lastId === undefined ? session.owner : workerIn(lastId);
    if (worker === this.plane.index || this.plane.alone || worker === undefined) this.#attach(session, lastId);
    else this.#hop(session, worker, lastId);
  }

  /** The head of the reply waits for the first event. */
  override event(event: Buffer, final: boolean): void {
    if (!this.over && !this.response.headersSent) this.writeEventsHead();
    super.event(event, final);
  }

  refuseStream(why: StreamRefusal): void {
    const { status, text } = refusals[why];
    this.invalid(status, why, text);
  }

  override finish(): void {
    if (this.over || this.response.headersSent) super.finish();
    else this.refuseStream('unknown_stream');
  }

  override closed(): void {
    super.closed();
    if (this.#stream !== undefined) this.session?.detach(this.#stream, this);
    if (this.#home !== undefined) this.plane.hops.detach(this.#home.worker, this.#home.get);
  }

  override keepAlive(): void {
    super.keepAlive();
    if (this.session !== undefined) this.plane.store.find(this.session.id, this.session.subject);
  }

  #attach(session: HttpSession, lastId: string | undefined): void {
    const stream = session.attach(this, lastId);
    if (typeof stream === 'string') this.refuseStream(stream);
    else this.#stream = stream;
  }

  #hop(session: HttpSession, worker: number, lastId: string | undefined): void {
    this.hearClose();
    this.#home = { worker, get: this.plane.hops.attach(worker, session.id, this, lastId) };
  }
}
