import type { Framing, ScenarioPlan } from '../../scenario/plan.ts';
import {
  clientOffer,
  encodeFrame,
  FrameType,
  frameHeaderBytes,
  frameMagic,
  frameVersion,
  maxFramePayload,
} from '../../wire/mcpb-frame.ts';
import { type Packing, PreparedRequests } from '../request.ts';
import type { ConnectionHandler, TransportFactory } from '../transport.ts';
import { authenticationFailure, authenticationRequest } from './authentication.ts';
import { linesTransport } from './lines.ts';
import { MultiplexedConnection, type Prepared } from './multiplexed.ts';

const negotiation = encodeFrame(FrameType.versionNegotiation, JSON.stringify(clientOffer));
const healthReply = encodeFrame(FrameType.healthCheck, '');

const packing: Packing = {
  prefix: Buffer.alloc(0),
  pack: (body) => ({ bytes: encodeFrame(FrameType.request, body), bodyAt: frameHeaderBytes }),
};

/** Binary framing `mcpb`: negotiate, authenticate where a token is given, then requests side by side. */
const mcpbTransport: TransportFactory = (scenario, requests, openStream) => {
  const prepared: Prepared = {
    scenario,
    openStream,
    requests: new PreparedRequests(requests, packing).sources(packing),
  };
  return { open: (handler, localAddress) => new McpbConnection(prepared, handler, localAddress) };
};

const framings = { mcpb: mcpbTransport, lines: linesTransport } satisfies Record<Framing, TransportFactory>;

export const tcpTransport: TransportFactory = (scenario, requests, openStream) =>
  framings[scenario.target.framing ?? 'mcpb'](scenario, requests, openStream);

/** Greeting: negotiating → authenticating (with a token); none where the plan asks for no handshake. */
class McpbConnection extends MultiplexedConnection {
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
        this.broken('the frame header is not MCPB', at);
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
      this.#authenticated(bytes.toString('utf8', start, end), at);
    else
      this.broken(type === FrameType.error ? bytes.toString('utf8', start, end) : `unexpected frame type ${type}`, at);
  }

  #negotiated(at: number): void {
    const { token } = this.#scenario;
    if (token === undefined) return this.opened(at);
    this.greeting = 'authentication';
    this.write(encodeFrame(FrameType.request, authenticationRequest(token)));
  }

  #authenticated(answer: string, at: number): void {
    const failure = authenticationFailure(answer);
    if (failure === undefined) this.opened(at);
    else this.refuse(failure, at);
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
