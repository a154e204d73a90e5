import { encodeLine, isBlankLine, LineReader } from '../../wire/lines.ts';
import { type Packing, PreparedRequests } from '../request.ts';
import type { ConnectionHandler, TransportFactory } from '../transport.ts';
import { authenticationFailure, authenticationRequest } from './authentication.ts';
import { MultiplexedConnection, maxMessageBytes, type Prepared } from './multiplexed.ts';

const packing: Packing = { prefix: Buffer.alloc(0), pack: (body) => ({ bytes: encodeLine(body), bodyAt: 0 }) };

/** One JSON-RPC message a line, as MCP advises for byte streams: authenticate where a token is given, then requests side by side. */
export const linesTransport: TransportFactory = (scenario, requests, openStream) => {
  const prepared: Prepared = {
    scenario,
    openStream,
    requests: new PreparedRequests(requests, packing).sources(packing),
  };
  return { open: (handler, localAddress) => new LinesConnection(prepared, handler, localAddress) };
};

/** Greeting: authentication, none without a token or where the plan asks for no handshake. */
class LinesConnection extends MultiplexedConnection {
  protected readonly greeting = 'authentication';
  readonly #token: string | undefined;
  readonly #lines = new LineReader();

  constructor(prepared: Prepared, handler: ConnectionHandler, localAddress: string | undefined) {
    super(prepared, handler, localAddress);
    const { target, token } = prepared.scenario;
    this.#token = target.handshake ? token : undefined;
  }

  notify(json: string): void {
    this.write(encodeLine(json));
  }

  protected greet(at: number): void {
    if (this.#token === undefined) this.opened(at);
    else this.write(encodeLine(authenticationRequest(this.#token)));
  }

  protected farewell(): void {}

  consume(bytes: Buffer, start: number, end: number, at: number): number {
    let position = start;
    while (position < end && this.state !== 'closed') {
      const feed = this.#lines.endOf(bytes, position, end);
      if ((feed < 0 ? end : feed) - position > maxMessageBytes) {
        this.broken('a line is longer than 64 MiB', at);
        break;
      }
      if (feed < 0) break;
      const line = position;
      position = feed + 1;
      if (isBlankLine(bytes, line, feed)) continue;
      if (this.state === 'open') this.handler.message(-1, bytes, line, feed, at);
      else this.#authenticated(bytes.toString('utf8', line, feed), at);
    }
    return position;
  }

  #authenticated(answer: string, at: number): void {
    const failure = authenticationFailure(answer);
    if (failure === undefined) this.opened(at);
    else this.refuse(failure, at);
  }
}
