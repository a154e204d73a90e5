import { readFileSync } from 'node:fs';
import { destination, type Logger, pino } from 'pino';
import { formatAddress } from './address.ts';
import { AdminServer } from './admin.ts';
import { type GatewayConfig, type GatewayOptions, gatewayConfig, type Listener, type LogLevel } from './config.ts';
import { Measures } from './measures.ts';
import { claimPorts, listenError } from './ports.ts';
import { WorkerPool } from './worker-pool.ts';

/** URLs of what listens; a front end that is off has none. */
export interface GatewayAddresses {
  http?: string;
  websocket?: string;
  tcp?: string;
  admin?: string;
}

/** How a gateway ended. `failed`: no worker was left. */
export type GatewayEnd = { readonly how: 'drained' | 'stopped' } | { readonly how: 'failed'; readonly error: Error };

export interface RunningGateway {
  readonly addresses: Readonly<GatewayAddresses>;
  readonly config: GatewayConfig;
  readonly version: string;
  /** Resolves when nothing of the gateway runs any more; never rejects. */
  readonly closed: Promise<GatewayEnd>;
  /** Takes no more work, finishes what is under way, closes; cuts what is left after `limits.drainMillis`. */
  drain(): Promise<void>;
  /** Closes at once. */
  stop(): Promise<void>;
}

/** How long workers get to close connections once their time is over, in ms. */
const cutMillis = 1_000;

/** Starts a gateway in this process and resolves when it is ready. Throws MCPB_E_USAGE, MCPB_E_PORT_IN_USE, MCPB_E_LISTEN. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const wanted = gatewayConfig(options);
  const config = { ...wanted, listeners: await claimPorts(wanted.listeners) };
  const version = packageVersion();
  const log = createLogger(config.logLevel);
  const pool = await WorkerPool.start(config, version, log).catch((error: Error) => {
    throw startError(config.listeners, error);
  });
  const control = new Control(config, version, pool, log);
  await control.openAdmin();
  log.info({ addresses: control.addresses }, 'gateway ready');
  return control;
}

class Control implements RunningGateway {
  readonly addresses: GatewayAddresses;
  readonly config: GatewayConfig;
  readonly version: string;
  readonly closed: Promise<GatewayEnd>;
  readonly #pool: WorkerPool;
  readonly #log: Logger;
  readonly #measures: Measures;
  #admin: AdminServer | undefined;
  #ending: 'drained' | 'stopped' | undefined;

  constructor(config: GatewayConfig, version: string, pool: WorkerPool, log: Logger) {
    this.config = config;
    this.version = version;
    this.addresses = addressesOf(config.listeners);
    this.#pool = pool;
    this.#log = log;
    this.#measures = new Measures(pool.counters);
    this.closed = pool.ended.then((failure) => this.#ended(failure));
  }

  async openAdmin(): Promise<void> {
    const { admin, backend } = this.config;
    if (admin === undefined) return;
    const metrics = this.#measures.exposition(backend.kind);
    const ready = (): boolean => this.#ending === undefined;
    this.#admin = await AdminServer.listen(admin, { ready, alive: () => this.#pool.alive, metrics }).catch(
      async (error: Error) => {
        await this.stop();
        throw error;
      },
    );
    this.addresses.admin = `http://${formatAddress(this.#admin.address)}`;
  }

  async drain(): Promise<void> {
    this.#ending ??= 'drained';
    this.#log.info('draining');
    this.#pool.drain();
    const { drainMillis } = this.config.limits;
    const cut = setTimeout(() => this.#pool.cut(), drainMillis);
    const stop = setTimeout(() => this.#pool.stop(), drainMillis + cutMillis);
    await this.closed;
    clearTimeout(cut);
    clearTimeout(stop);
  }

  async stop(): Promise<void> {
    this.#ending = 'stopped';
    await this.#pool.stop();
    await this.closed;
  }

  async #ended(failure: Error | undefined): Promise<GatewayEnd> {
    await this.#admin?.close();
    this.#measures.stop();
    if (this.#ending !== undefined) return { how: this.#ending };
    return { how: 'failed', error: failure ?? new Error('every worker has ended') };
  }
}

function addressesOf(listeners: readonly Listener[]): GatewayAddresses {
  const addresses: GatewayAddresses = {};
  for (const { address, transports } of listeners) {
    const at = formatAddress(address);
    if (transports.includes('http')) addresses.http = `http://${at}/mcp`;
    if (transports.includes('websocket')) addresses.websocket = `ws://${at}/mcp`;
    if (transports.includes('tcp')) addresses.tcp = `tcp://${at}`;
  }
  return addresses;
}

/** A port taken between probe and listen is still the user's to mend. */
function startError(listeners: readonly Listener[], error: NodeJS.ErrnoException): Error {
  const failed = listeners.find(({ address }) => 'port' in error && address.port === error.port);
  return failed === undefined ? error : listenError(failed.address, error);
}

function createLogger(level: LogLevel): Logger {
  return pino({ level, base: { name: 'mcp-gateway' } }, destination({ dest: 2, sync: true }));
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
