import type { ScenarioPlan } from '../../scenario/plan.ts';
import { Inbound } from '../../wire/inbound.ts';
import {
  clientOffer,
  encodeFrame,
  FrameType,
  frameHeaderBytes,
  frameMagic,
  frameVersion,
  maxFramePayload,
} from '../../wire/mcpb-frame.ts';
import { now } from '../clock.ts';
import { type ByteStream, SocketStream, type StreamHandler } from '../stream.ts';
import { RequestTemplate } from '../template.ts';
import type { CloseKind, Connection, ConnectionHandler, Loss, OpenFailure, TransportFactory } from '../transport.ts';
import { connectFailure } from './failure.ts';

const negotiation = encodeFrame(FrameType.versionNegotiation, JSON.stringify(clientOffer));
const healthReply = encodeFrame(FrameType.healthCheck, '');
const authenticationId = 'mcpb-authenticate';

interface Shared {
  readonly scenario: ScenarioPlan;
  readonly templates: readonly RequestTemplate[];
}

/** Binary TCP, framing `mcpb`: negotiate, authenticate where a token is given, then requests side by side. */
export const tcpTransport: TransportFactory = (scenario, requests) => {
  const templates = requests.map(
    ({ body, idOffset }) =>
      new RequestTemplate(
        encodeFrame(FrameType.request, body),
        frameHeaderBytes + Buffer.byteLength(body.slice(0, idOffset)),
      ),
  );
  const shared: Shared = { scenario, templates };
  return { open: (handler, localAddress) => new TcpConnection(shared, handler, localAddress) };
};

/** connecting → negotiating → authenticating (with a token) → open; without a handshake straight from connecting to open. */
class TcpConnection implements Connection, StreamHandler {
  readonly #shared: Shared;
  readonly #handler: ConnectionHandler;
  readonly #stream: ByteStream;
  readonly #startedAt = now();
  #connectedAt = 0;
  #state: 'connecting' | 'negotiating' | 'authenticating' | 'open' | 'closed' = 'connecting';
  #blocked = false;
  #inbound: Inbound | undefined;

  constructor(shared: Shared, handler: ConnectionHandler, localAddress: string | undefined) {
    this.#shared = shared;
    this.#handler = handler;
    const { host, port } = shared.scenario.target;
    this.#stream = new SocketStream({ host, port, ...(localAddress === undefined ? {} : { localAddress }) }, this);
  }

  send(operation: number, _slot: number, id: number): boolean {
    if (this.#state !== 'open' || this.#blocked) return false;
    const template = this.#shared.templates[operation];
    const bytes = template.withId(id);
    this.#handler.transferred(bytes.length, 0);
    if (!this.#stream.write(bytes)) {
      template.detach();
      this.#blocked = true;
    }
    return true;
  }

  want(): void {}

  notify(json: string): void {
    this.#write(encodeFrame(FrameType.request, json));
  }

  initialized(): void {}

  forget(): void {}

  close(how: CloseKind): void {
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    if (wasOpen && how !== 'kill') this.#stream.end();
    else this.#stream.destroy(how === 'kill');
  }

  connected(at: number): void {
    this.#connectedAt = at;
    if (!this.#shared.scenario.target.handshake) return this.#open(at);
    this.#state = 'negotiating';
    this.#write(negotiation);
  }

  drained(at: number): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    if (this.#state === 'open') this.#handler.writable(at);
  }

  closed(error: NodeJS.ErrnoException | undefined, at: number): void {
    const state = this.#state;
    this.#state = 'closed';
    if (state === 'open') this.#handler.lost('lost', at);
    else this.#handler.refused(connectFailure(error, state), at);
  }

  data(bytes: Buffer, length: number, at: number): void {
    this.#handler.transferred(0, length);
    if (this.#inbound === undefined) {
      const consumed = this.#consume(bytes, 0, length, at);
      if (consumed < length && this.#state !== 'closed') {
        this.#inbound = new Inbound();
        this.#inbound.append(bytes, consumed, length);
      }
      return;
    }
    const inbound = this.#inbound;
    inbound.append(bytes, 0, length);
    inbound.drop(this.#consume(inbound.bytes, 0, inbound.length, at));
    if (inbound.length === 0) this.#inbound = undefined;
  }

  #consume(bytes: Buffer, start: number, end: number, at: number): number {
    let position = start;
    while (this.#state !== 'closed' && end - position >= frameHeaderBytes) {
      const length = bytes.readUInt32BE(position + 8);
      if (!isHeader(bytes, position) || length > maxFramePayload) {
        this.#broken('the frame header is not MCPB', at);
        break;
      }
      const payload = position + frameHeaderBytes;
      if (payload + length > end) break;
      position = payload + length;
      const type = (bytes[payload - 6] << 8) | bytes[payload - 5];
      if (this.#state === 'open' && (type === FrameType.response || type === FrameType.request))
        this.#handler.message(-1, bytes, payload, position, at);
      else this.#other(type, bytes, payload, position, at);
    }
    return position;
  }

  /** Everything but a message on an open connection. */
  #other(type: number, bytes: Buffer, start: number, end: number, at: number): void {
    if (type === FrameType.healthCheck) return this.#write(healthReply);
    if (this.#state === 'open') {
      if (type === FrameType.error) this.#fail('protocol', at);
      else if (type !== FrameType.control) this.#fail('protocol', at);
    } else if (type === FrameType.versionAck && this.#state === 'negotiating') this.#negotiated(at);
    else if (type === FrameType.response && this.#state === 'authenticating')
      this.#authenticated(bytes, start, end, at);
    else
      this.#broken(type === FrameType.error ? bytes.toString('utf8', start, end) : `unexpected frame type ${type}`, at);
  }

  #negotiated(at: number): void {
    const { token } = this.#shared.scenario;
    if (token === undefined) return this.#open(at);
    this.#state = 'authenticating';
    const request = { jsonrpc: '2.0', id: authenticationId, method: 'initialize', params: { token } };
    this.#write(encodeFrame(FrameType.request, JSON.stringify(request)));
  }

  #authenticated(bytes: Buffer, start: number, end: number, at: number): void {
    const reply: unknown = parse(bytes.toString('utf8', start, end));
    const error = typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : undefined;
    if (reply !== undefined && error === undefined) return this.#open(at);
    const message = error === undefined ? 'the answer to authentication is not JSON' : `refused: ${errorText(error)}`;
    this.#refuse({ reason: 'handshake', message, ...(error === undefined ? {} : { status: 401 }) }, at);
  }

  #open(at: number): void {
    this.#state = 'open';
    this.#handler.connected(this.#connectedAt - this.#startedAt, at - this.#connectedAt, at);
  }

  #write(bytes: Buffer): void {
    this.#handler.transferred(bytes.length, 0);
    if (!this.#stream.write(bytes)) this.#blocked = true;
  }

  #broken(message: string, at: number): void {
    if (this.#state === 'open') this.#fail('protocol', at);
    else this.#refuse({ reason: 'handshake', message }, at);
  }

  #refuse(failure: OpenFailure, at: number): void {
    this.#state = 'closed';
    this.#stream.destroy();
    this.#handler.refused(failure, at);
  }

  #fail(loss: Loss, at: number): void {
    this.#state = 'closed';
    this.#stream.destroy();
    this.#handler.lost(loss, at);
  }
}

function isHeader(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === frameMagic >>> 24 &&
    bytes[at + 1] === ((frameMagic >>> 16) & 0xff) &&
    bytes[at + 2] === ((frameMagic >>> 8) & 0xff) &&
    bytes[at + 3] === (frameMagic & 0xff) &&
    bytes[at + 4] === 0 &&
    bytes[at + 5] === frameVersion
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'no reason given';
}
