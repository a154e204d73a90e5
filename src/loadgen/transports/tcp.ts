import type { ScenarioPlan } from '../../scenario/plan.ts';
import {
  clientOffer,
  encodeFrame,
  FrameType,
  frameHeaderBytes,
  frameMagic,
  frameVersion,
  maxFramePayload,
} from '../../wire/mcpb-frame.ts';
import { RequestTemplate } from '../template.ts';
import type { ConnectionHandler, TransportFactory } from '../transport.ts';
import { MultiplexedConnection, type Prepared } from './multiplexed.ts';

const negotiation = encodeFrame(FrameType.versionNegotiation, JSON.stringify(clientOffer));
const healthReply = encodeFrame(FrameType.healthCheck, '');
const authenticationId = 'mcpb-authenticate';

/** Binary TCP, framing `mcpb`: negotiate, authenticate where a token is given, then requests side by side. */
export const tcpTransport: TransportFactory = (scenario, requests, openStream) => {
  const templates = requests.map(
    ({ body, idOffset }) =>
      new RequestTemplate(
        encodeFrame(FrameType.request, body),
        frameHeaderBytes + Buffer.byteLength(body.slice(0, idOffset)),
      ),
  );
  const prepared: Prepared = { scenario, openStream, templates };
  return { open: (handler, localAddress) => new TcpConnection(prepared, handler, localAddress) };
};

/** Greeting: negotiating → authenticating (with a token); none where the plan asks for no handshake. */
class TcpConnection extends MultiplexedConnection {
  protected greeting: 'negotiation' | 'authentication' = 'negotiation';
  readonly #scenario: ScenarioPlan;

  constructor(prepared: Prepared, handler: ConnectionHandler, localAddress: string | undefined) {
    super(prepared, handler, localAddress);
    this.#scenario = prepared.scenario;
  }

  notify(json: string): void {
    this.write(encodeFrame(FrameType.request, json));
  }

  protected greet(at: number): void {
    if (this.#scenario.target.handshake) this.write(negotiation);
    else this.opened(at);
  }

  protected farewell(): void {}

  consume(bytes: Buffer, start: number, end: number, at: number): number {
    let position = start;
    while (this.state !== 'closed' && end - position >= frameHeaderBytes) {
      const length = bytes.readUInt32BE(position + 8);
      if (!isHeader(bytes, position) || length > maxFramePayload) {
        this.#broken('the frame header is not MCPB', at);
        break;
      }
      const payload = position + frameHeaderBytes;
      if (payload + length > end) break;
      position = payload + length;
      const type = (bytes[payload - 6] << 8) | bytes[payload - 5];
      if (this.state === 'open' && (type === FrameType.response || type === FrameType.request))
        this.handler.message(-1, bytes, payload, position, at);
      else this.#other(type, bytes, payload, position, at);
    }
    return position;
  }

  /** Everything but a message on an open connection. */
  #other(type: number, bytes: Buffer, start: number, end: number, at: number): void {
    if (type === FrameType.healthCheck) return this.write(healthReply);
    if (this.state === 'open') {
      if (type !== FrameType.control) this.fail('protocol', at);
    } else if (type === FrameType.versionAck && this.greeting === 'negotiation') this.#negotiated(at);
    else if (type === FrameType.response && this.greeting === 'authentication')
      this.#authenticated(bytes, start, end, at);
    else
      this.#broken(type === FrameType.error ? bytes.toString('utf8', start, end) : `unexpected frame type ${type}`, at);
  }

  #negotiated(at: number): void {
    const { token } = this.#scenario;
    if (token === undefined) return this.opened(at);
    this.greeting = 'authentication';
    const request = { jsonrpc: '2.0', id: authenticationId, method: 'initialize', params: { token } };
    this.write(encodeFrame(FrameType.request, JSON.stringify(request)));
  }

  #authenticated(bytes: Buffer, start: number, end: number, at: number): void {
    const reply: unknown = parse(bytes.toString('utf8', start, end));
    const error = typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : undefined;
    if (reply !== undefined && error === undefined) return this.opened(at);
    const message = error === undefined ? 'the answer to authentication is not JSON' : `refused: ${errorText(error)}`;
    this.refuse({ reason: 'handshake', message, ...(error === undefined ? {} : { status: 401 }) }, at);
  }

  #broken(message: string, at: number): void {
    if (this.state === 'open') this.fail('protocol', at);
    else this.refuse({ reason: 'handshake', message }, at);
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
