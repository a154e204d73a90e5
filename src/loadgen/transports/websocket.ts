import { idPlaceholder, type ScenarioPlan } from '../../scenario/plan.ts';
import { EnvelopeReader, encodeEnvelope } from '../../wire/envelope.ts';
import { hostField, ResponseHead, requestHead } from '../../wire/http1.ts';
import { Inbound } from '../../wire/inbound.ts';
import { encodeMasked, FrameHeader, handshakeKey, isClosePayload, Opcode } from '../../wire/websocket-frame.ts';
import { parseObject } from '../json.ts';
import { type Packed, type Packing, PreparedRequests } from '../request.ts';
import type { ConnectionHandler, Transport, TransportFactory } from '../transport.ts';
import { refusedWith } from './failure.ts';
import { commonFields } from './http-fields.ts';
import { MultiplexedConnection, maxMessageBytes, type Prepared } from './multiplexed.ts';

/** Longest payload of a control frame. */
const maxControlBytes = 125;
const normalClosure = encodeMasked(Opcode.close, Buffer.from([0x03, 0xe8])).frame;

const acceptIn = /\r\nSec-WebSocket-Accept:[ \t]*(\S*)[ \t]*\r\n/i;
const extensionIn = /\r\nSec-WebSocket-Extensions:[ \t]*\S/i;

/** What all connections of a worker and scenario share. */
interface Shared extends Prepared {
  readonly upgrade: Buffer;
  readonly accept: string;
  readonly head: ResponseHead;
  readonly frame: FrameHeader;
}

export const websocketTransport: TransportFactory = (scenario, requests, openStream) => {
  const { key, accept } = handshakeKey();
  const enveloped = scenario.target.dialect === 'envelope';
  const packing = { prefix: Buffer.alloc(0), pack: enveloped ? inEnvelope(scenario.token) : inFrame };
  const shared: Shared = {
    scenario,
    openStream,
    requests: new PreparedRequests(requests, packing).sources(packing),
    upgrade: upgradeRequest(scenario, key),
    accept,
    head: new ResponseHead(),
    frame: new FrameHeader(),
  };
  const Connection = enveloped ? EnvelopeConnection : WebSocketConnection;
  const transport: Transport = { open: (handler, localAddress) => new Connection(shared, handler, localAddress) };
  return transport;
};

function inFrame(body: string): Packed {
  const { frame, payloadAt } = encodeMasked(Opcode.text, Buffer.from(body));
  return { bytes: frame, bodyAt: payloadAt, maskedFrom: payloadAt };
}

/** The id stands in the envelope and in the message. */
function inEnvelope(token: string | undefined): Packing['pack'] {
  return (body) => {
    const text = encodeEnvelope(idPlaceholder, body, preparedAt(), token);
    const { frame, payloadAt } = encodeMasked(Opcode.text, Buffer.from(text));
    return {
      bytes: frame,
      bodyAt: payloadAt + Buffer.byteLength(text.slice(0, text.length - 1 - body.length)),
      maskedFrom: payloadAt,
      outerIdAt: payloadAt + text.indexOf(idPlaceholder),
    };
  };
}

/** MCP Bridge reads no time from it: it says when the bytes were made, which is before the clock starts. */
function preparedAt(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

function upgradeRequest(scenario: ScenarioPlan, key: string): Buffer {
  const { target } = scenario;
  const fields: (readonly [string, string])[] = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', key],
    ['Sec-WebSocket-Protocol', 'mcp'],
    ...commonFields(scenario),
  ];
  return Buffer.from(requestHead('GET', target.path, hostField(target), fields));
}

/**
 * Greeting: the upgrade. A message in fragments is put together; pings are answered; a close frame, a masked or oversized
 * frame ends the connection.
 */
class WebSocketConnection extends MultiplexedConnection {
  protected readonly greeting = 'the upgrade';
  protected readonly shared: Shared;
  #fragments: Inbound | undefined;

  constructor(shared: Shared, handler: ConnectionHandler, localAddress: string | undefined) {
    super(shared, handler, localAddress);
    this.shared = shared;
  }

  notify(json: string): void {
    this.write(encodeMasked(Opcode.text, Buffer.from(json)).frame);
  }

  protected greet(): void {
    this.write(this.shared.upgrade);
  }

  protected farewell(): void {
    this.write(normalClosure);
  }

  protected deliver(bytes: Buffer, start: number, end: number, at: number): void {
    this.handler.message(-1, bytes, start, end, at);
  }

  consume(bytes: Buffer, start: number, end: number, at: number): number {
    let position = start;
    if (this.state === 'greeting') {
      position = this.#upgraded(bytes, start, end, at);
      if (position === start) return start;
    }
    const frame = this.shared.frame;
    while (this.state === 'open' && frame.read(bytes, position, end)) {
      const whole = frame.opcode === Opcode.text && frame.final && this.#fragments === undefined;
      if (frame.masked || frame.reserved || frame.payloadBytes > maxMessageBytes || !(whole || this.#fits())) {
        this.fail('protocol', at);
        break;
      }
      const payload = position + frame.headerBytes;
      const next = payload + frame.payloadBytes;
      if (next > end) break;
      position = next;
      if (whole) this.deliver(bytes, payload, next, at);
      else this.#rare(bytes, payload, next, at);
    }
    return position;
  }

  /** Returns the position behind the response head, `start` while it is incomplete. */
  #upgraded(bytes: Buffer, start: number, end: number, at: number): number {
    const head = this.shared.head;
    const behind = head.read(bytes, start, end);
    if (behind === 0) return start;
    const text = behind < 0 ? '' : bytes.toString('latin1', start, behind);
    if (behind < 0) this.refuse({ reason: 'handshake', message: 'the answer to the upgrade is not HTTP' }, at);
    else if (head.status !== 101) this.refuse(refusedWith(this.greeting, head, bytes), at);
    else if (acceptIn.exec(text)?.[1] !== this.shared.accept)
      this.refuse({ reason: 'handshake', message: 'Sec-WebSocket-Accept does not answer our key' }, at);
    else if (extensionIn.test(text))
      this.refuse({ reason: 'handshake', message: 'the target agreed to an extension that was not offered' }, at);
    else this.opened(at);
    return behind < 0 ? end : behind;
  }

  /** A control frame or a fragment that may stand here. */
  #fits(): boolean {
    const { opcode, final, payloadBytes } = this.shared.frame;
    if (opcode === Opcode.text) return this.#fragments === undefined;
    if (opcode === Opcode.continuation) return this.#fragments !== undefined;
    if (!final || payloadBytes > maxControlBytes) return false;
    return opcode === Opcode.ping || opcode === Opcode.pong || (opcode === Opcode.close && payloadBytes !== 1);
  }

  #rare(bytes: Buffer, start: number, end: number, at: number): void {
    const { opcode, final } = this.shared.frame;
    if (opcode === Opcode.ping) this.write(encodeMasked(Opcode.pong, bytes.subarray(start, end)).frame);
    else if (opcode === Opcode.close) this.#closedByPeer(isClosePayload(bytes, start, end), at);
    else if (opcode !== Opcode.pong) this.#fragment(bytes, start, end, final, at);
  }

  #closedByPeer(inOrder: boolean, at: number): void {
    if (inOrder) this.write(normalClosure);
    this.fail(inOrder ? 'lost' : 'protocol', at);
  }

  #fragment(bytes: Buffer, start: number, end: number, final: boolean, at: number): void {
    const message = this.#fragments ?? new Inbound();
    this.#fragments = message;
    message.append(bytes, start, end);
    if (message.length > maxMessageBytes) return this.fail('protocol', at);
    if (!final) return;
    this.#fragments = undefined;
    this.deliver(message.bytes, 0, message.length, at);
  }
}

const envelope = new EnvelopeReader();

/** Every message goes in MCP Bridge's envelope; a reply is taken with it or without. */
class EnvelopeConnection extends WebSocketConnection {
  override notify(json: string): void {
    super.notify(encodeEnvelope(idOf(json), json, preparedAt(), this.shared.scenario.token));
  }

  protected override deliver(bytes: Buffer, start: number, end: number, at: number): void {
    envelope.read(bytes, start, end);
    super.deliver(bytes, envelope.start, envelope.end, at);
  }
}

function idOf(message: string): string {
  return JSON.stringify(parseObject(message)?.id ?? null);
}
