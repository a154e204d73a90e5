import { isIP, type OnReadOpts } from 'node:net';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import type { ScenarioPlan } from '../../scenario/plan.ts';
import { now } from '../clock.ts';
import { readBatch } from '../read-batch.ts';
import type { StreamFactory, StreamHandler, StreamObserver } from '../stream.ts';
import { addressOf, SocketStream } from './socket.ts';

/** Gathered bytes from which a stream takes no more: what one record carries. */
const gatherLimit = 16 * 1024;

/** The latest session that a target gave to this worker. */
interface Ticket {
  session?: Buffer;
}

/** The name that a certificate is asked for. Without one the host's own is verified; none is asked for where that is an address. */
export function serverNameOf({ target, tls }: ScenarioPlan): string | undefined {
  return tls?.serverName ?? (isIP(target.host) === 0 ? target.host : undefined);
}

export const tlsStreams: StreamFactory = (scenario, observer) => {
  const { target, tls } = scenario;
  const { ca, cert, key, insecure = false, resumption = false } = tls ?? {};
  const secureContext = createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  const servername = serverNameOf(scenario);
  const security = { secureContext, rejectUnauthorized: !insecure, ...(servername && { servername }) };
  const ticket: Ticket | undefined = resumption ? {} : undefined;
  return (handler, localAddress) => {
    const session = ticket?.session;
    const open = (onread: OnReadOpts) => {
      const options = { ...addressOf(target, localAddress), ...security, ...(session && { session }), onread };
      return connect(options);
    };
    return new TlsStream(open, handler, observer, ticket);
  };
};

type Open = (onread: OnReadOpts) => TLSSocket;

/**
 * TLS copies what it is given at once, but says so a turn of the event loop later; what comes meanwhile is gathered and
 * goes as one.
 */
class TlsStream extends SocketStream {
  declare protected readonly socket: TLSSocket;
  #connectedAt = 0;
  #writing = false;
  #gathered: Uint8Array | undefined;
  #length = 0;
  #full = false;

  constructor(open: Open, handler: StreamHandler, observer: StreamObserver, ticket: Ticket | undefined) {
    super(open, handler, observer);
    this.socket.setNoDelay();
    this.socket.on('secureConnect', () => this.#secured(now()));
    if (ticket)
      this.socket.on('session', (session) => {
        ticket.session = session;
      });
  }

  override write(bytes: Uint8Array): boolean {
    if (!this.#writing) {
      this.#hand(bytes);
      return true;
    }
    this.#gather(bytes);
    this.#full = this.#length >= gatherLimit;
    return !this.#full;
  }

  override end(): void {
    this.#handGathered();
    super.end();
  }

  protected override established(at: number): void {
    this.#connectedAt = at;
  }

  /** TLSSocket knows no reset of its own: the socket under it is closed with one. */
  protected override reset(): void {
    const tcp: unknown = Reflect.get(Reflect.get(this.socket, '_handle') ?? {}, '_parent');
    if (tcp instanceof Object && 'reset' in tcp) Object.assign(tcp, { close: tcp.reset });
    this.socket.destroy();
  }

  #secured(at: number): void {
    readBatch.flush();
    const { socket, handler } = this;
    if (!handler) return;
    const info = { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName };
    this.observer.secured(at - this.#connectedAt, info, socket.isSessionReused());
    handler.connected(at);
  }

  #hand(bytes: Uint8Array): void {
    this.#writing = true;
    this.socket.write(bytes, this.#written);
  }

  readonly #written = (): void => {
    this.#writing = false;
    if (this.#length > 0) this.#handGathered();
    else if (this.#full) {
      this.#full = false;
      this.handler?.drained(now());
    }
  };

  #handGathered(): void {
    if (this.#gathered === undefined || this.#length === 0) return;
    this.#hand(this.#gathered.subarray(0, this.#length));
    this.#length = 0;
  }

  #gather(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (this.#gathered === undefined || needed > this.#gathered.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * (this.#gathered?.length ?? 256)));
      if (this.#gathered) grown.set(this.#gathered.subarray(0, this.#length));
      this.#gathered = grown;
    }
    this.#gathered.set(bytes, this.#length);
    this.#length = needed;
  }
}
