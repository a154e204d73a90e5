import { errorObject, type Message, readMessage } from '../../wire/jsonrpc.ts';
import { isLegacyVersion, methodIndex, methodOf } from '../../wire/mcp.ts';
import type { HeaderParameter } from '../../wire/modern.ts';
import { sessionDenial } from '../admission.ts';
import { sendReply } from '../frontend.ts';
import type { Session } from '../session.ts';
import { Body } from './body.ts';
import type { Endpoint } from './endpoint.ts';
import { placeOf } from './era.ts';
import { type ModernFault, modernFault, unmarked, unsupported } from './header-check.ts';
import { parameterFault, toolIn } from './parameter-headers.ts';
import { type HttpRequest, Reply } from './reply.ts';
import type { HttpSession } from './session.ts';

/** One POST: collects its body and hands the message to the session it is part of. */
export class Post extends Reply {
  readonly #body = new Body();
  protected subject = '';
  #endpoint: Endpoint | undefined = undefined;
  /** The session that the message opens; it begins with the reply. */
  #opening: HttpSession | undefined = undefined;

  /** Takes the body in. */
  read(subject: string, endpoint: Endpoint): void {
    const { request } = this;
    const { headers } = request;
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined)
      return this.invalid(415, 'media_type', 'The body must be application/json, not encoded');
    this.subject = subject;
    this.#endpoint = endpoint;
    if (Number(headers['content-length'] ?? 0) > this.plane.limits.body) return this.#tooLarge();
    request.reply = this;
    request.on('data', onData);
    request.on('end', onEnd);
  }

  data(chunk: Buffer): void {
    if (this.#body.length + chunk.length > this.plane.limits.body) return this.#tooLarge();
    this.#body.append(chunk);
  }

  end(): void {
    if (!this.over) this.received(readMessage(this.#body.take()));
  }

  /** Nothing goes before the reply that opens a session: its head names the session. */
  override send(frame: Buffer, length: number, final: boolean): void {
    if (this.#opening === undefined) super.send(frame, length, final);
    else if (final) this.#begin(this.#opening, frame, length);
  }

  override waited(): void {
    if (this.#opening === undefined) super.waited();
  }

  override abandon(): void {
    if (this.#opening !== undefined) this.plane.store.end(this.#opening);
    this.#opening = undefined;
    super.abandon();
  }

  protected received(message: Message): void {
    this.route(message);
  }

  protected route(message: Message): void {
    if (message.kind === 'invalid') {
      this.code = 400;
      return this.#deliver(this.#sessionless, message);
    }
    const place = placeOf(message, this.request.headers, this.#endpoint?.inSessions ?? false);
    if (place === 'modern') this.#modern(message);
    else if (place === 'opening') this.#initialize(message);
    else if (place === 'unmarked') this.#refuseModern(message, unmarked);
    else if (this.#speaksLegacy(message)) this.#legacy(message, place);
  }

  #legacy(message: Message, place: 'session' | 'sessionless' | 'lost'): void {
    if (place === 'sessionless') return this.#deliverAlone(message);
    this.session = this.sessionOf(this.subject);
    if (this.session !== undefined) this.#deliver(this.session, message);
  }

  get #sessionless(): Session {
    return this.plane.sessionless.of(this.subject);
  }

  #deliver(session: Session, message: Message): void {
    this.pending = session.receive(message, this);
    if (message.kind === 'notification' || message.kind === 'response') this.status(202);
  }

  /** A message of no session. Others of the same subject are not cancelled by it, nor answered. */
  #deliverAlone(message: Message): void {
    if (message.kind === 'request') this.#deliver(this.#sessionless, message);
    else this.status(202);
  }

  /** The end of the connection is the only way to cancel. */
  #modern(message: Message): void {
    const fault = modernFault(message, this.request.headers);
    if (fault !== undefined) return this.#refuseModern(message, fault);
    const tool = methodOf(message) === methodIndex['tools/call'] ? toolIn(message) : undefined;
    const parameters = tool === undefined ? [] : this.plane.parameterHeaders.of(this.#sessionless, tool);
    if (parameters instanceof Promise) parameters.then((known) => this.#serveModern(message, known));
    else this.#serveModern(message, parameters);
  }

  #serveModern(message: Message, parameters: readonly HeaderParameter[]): void {
    if (this.over) return;
    const fault = parameterFault(message, this.request.headers, parameters);
    if (fault !== undefined) return this.#refuseModern(message, fault);
    this.modern = message;
    this.#deliverAlone(message);
    if (this.pending !== undefined) this.hearClose();
  }

  #initialize(message: Message): void {
    const denial = sessionDenial(this.plane, this.subject);
    if (denial !== undefined) return this.deny(denial);
    this.#opening = this.plane.store.create(this.subject);
    this.#deliver(this.#opening, message);
  }

  /** Answers `initialize` when every worker can serve the session; one that the server would not open has ended. */
  async #begin(session: HttpSession, reply: Buffer, length: number): Promise<void> {
    this.#opening = undefined;
    const { store } = this.plane;
    const opened = session.client !== undefined;
    // The request is over by then, also where nobody is to be told.
    await (opened ? store.publish(session) : undefined);
    if (opened) this.newSessionId = session.id;
    else store.end(session);
    this.send(reply, length, true);
  }

  #speaksLegacy(message: Message): boolean {
    const version = this.request.headers['mcp-protocol-version'];
    if (version === undefined || (typeof version === 'string' && isLegacyVersion(version))) return true;
    this.#refuseModern(message, unsupported(version));
    return false;
  }

  #refuseModern(message: Message, { cause, code, text, data }: ModernFault): void {
    this.plane.counters.refusedMessage('http', 'invalid_message', cause);
    this.code = 400;
    sendReply(this, message, 'error', errorObject(code, text, data));
  }

  /** Reads on to the end, as long as the request may take: closing now would cost the client the answer. */
  #tooLarge(): void {
    this.request.off('data', onData);
    this.request.resume();
    this.plane.counters.refused('http', 'too_large');
    this.refuse('tooLarge', 'The body is too large');
  }
}

function onData(this: HttpRequest, chunk: Buffer): void {
  (this.reply as Post).data(chunk);
}

function onEnd(this: HttpRequest): void {
  (this.reply as Post).end();
}
