import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { formatAddress } from './address.ts';
import { adminAnswers } from './admin.ts';
import { type GatewayConfig, type GatewayOptions, gatewayConfig, type Listener } from './config.ts';
import { type Answerer, ControlServer } from './control-server.ts';
import { createLogger } from './log.ts';
import { Measures } from './measures.ts';
import { claimPorts, listenError } from './ports.ts';
import { refuseRestart } from './reload.ts';
import { Threads } from './threads.ts';
import { WorkerPool } from './worker-pool.ts';

/** URLs of what listens; a front end that is off has none. */
export interface GatewayAddresses {
  http?: string;
  websocket?: string;
  tcp?: string;
  admin?: string;
  profiling?: string;
}

/** How a gateway ended. `failed`: no worker was left. */
export type GatewayEnd = { readonly how: 'drained' | 'stopped' } | { readonly how: 'failed'; readonly error: Error };

export interface RunningGateway {
  readonly addresses: Readonly<GatewayAddresses>;
  /** As it is now. */
  readonly config: GatewayConfig;
  readonly version: string;
  /** Resolves when nothing of the gateway runs any more; never rejects. */
  readonly closed: Promise<GatewayEnd>;
  /** Takes no more work, finishes what is under way, closes; cuts what is left after `limits.drainMillis`. */
  drain(): Promise<void>;
  /**
   * Switches to another configuration, in every worker or not at all; one that ends stays as it is. Throws MCPB_E_USAGE for one that is none, MCPB_E_CONFIG for
   * one that needs another start.
   */
  reload(options: GatewayOptions): Promise<void>;
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
  const log = createLogger(config.logLevel, 'main');
  const pool = await WorkerPool.start(config, version, log).catch((error: Error) => {
    throw startError(config.listeners, error);
  });
  const control = new Control(
    { config, wanted },
    version,
    pool,
    await Threads.of(pool, config.profiling !== undefined),
    log,
  );
  await control.open();
  log.info({ addresses: control.addresses }, 'gateway ready');
  return control;
}

interface Configs {
  readonly config: GatewayConfig;
  readonly wanted: GatewayConfig;
}

class Control implements RunningGateway {
  readonly addresses: GatewayAddresses;
  config: GatewayConfig;
  readonly version: string;
  readonly closed: Promise<GatewayEnd>;
  readonly #pool: WorkerPool;
  readonly #log: Logger;
  readonly #measures: Measures;
  readonly #threads: Threads;
  readonly #servers: ControlServer[] = [];
  /** The configuration before ports were found for it. */
  #wanted: GatewayConfig;
  #metrics: () => Promise<string> = async () => '';
  #reloading: Promise<void> = Promise.resolve();
  #ending: 'drained' | 'stopped' | undefined;

  constructor({ config, wanted }: Configs, version: string, pool: WorkerPool, threads: Threads, log: Logger) {
    this.config = config;
    this.#wanted = wanted;
    this.version = version;
    this.addresses = addressesOf(config);
    this.#pool = pool;
    this.#threads = threads;
    this.#log = log;
    this.#measures = new Measures(pool.counters);
    void pool.clientOver.then(() => this.drain());
    this.closed = pool.ended.then((failure) => this.#ended(failure));
  }

  /** The ports for whoever runs the gateway. */
  async open(): Promise<void> {
    try {
      await this.#listen('admin', async () => this.#admin());
      await this.#listen('profiling', () => this.#profiling());
    } catch (error) {
      await this.stop();
      throw error;
    }
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

  reload(options: GatewayOptions): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#reload(gatewayConfig(options)));
    this.#reloading = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #reload(wanted: GatewayConfig): Promise<void> {
    if (this.#ending !== undefined) return;
    refuseRestart(this.#wanted, wanted);
    const { listeners } = this.config;
    const config = { ...wanted, listeners };
    await this.#pool.stage(config);
    this.#pool.commit();
    this.config = config;
    this.#wanted = wanted;
    this.#log.level = config.logLevel;
    this.#showMetrics();
    this.#log.info('configuration reloaded');
  }

  #showMetrics(): void {
    this.#metrics = this.#measures.exposition(this.config.backend.kind, this.#threads, this.config.metrics);
  }

  async #listen(port: 'admin' | 'profiling', answers: () => Promise<Answerer>): Promise<void> {
    const address = this.config[port];
    if (address === undefined) return;
    const server = await ControlServer.listen(address, await answers());
    this.#servers.push(server);
    this.addresses[port] = `http://${formatAddress(server.address)}`;
  }

  #admin(): Answerer {
    this.#showMetrics();
    return adminAnswers({
      ready: () => this.#ending === undefined,
      alive: () => this.#pool.alive,
      metrics: () => this.#metrics(),
    });
  }

  async #profiling(): Promise<Answerer> {
    const { ProfileServer } = await import('./profiling/profile-server.ts');
    const server = new ProfileServer((question, millis) => this.#threads.ask(question, millis));
    return (request, response) => server.answer(request, response);
  }

  async #ended(failure: Error | undefined): Promise<GatewayEnd> {
    for (const server of this.#servers) await server.close();
    this.#threads.stop();
    this.#measures.stop();
    if (this.#ending !== undefined) return { how: this.#ending };
    return { how: 'failed', error: failure ?? new Error('every worker has ended') };
  }
}

function addressesOf({ listeners, tls }: GatewayConfig): GatewayAddresses {
  const s = tls === undefined ? '' : 's';
  const addresses: GatewayAddresses = {};
  for (const { address, transports } of listeners) {
    const at = formatAddress(address);
    if (transports.includes('http')) addresses.http = `http${s}://${at}/mcp`;
    if (transports.includes('websocket')) addresses.websocket = `ws${s}://${at}/mcp`;
    if (transports.includes('tcp')) addresses.tcp = `tcp${s}://${at}`;
  }
  return addresses;
}

/** A port taken between probe and listen is still the user's to mend. */
function startError(listeners: readonly Listener[], error: NodeJS.ErrnoException): Error {
  const failed = listeners.find(({ address }) => 'port' in error && address.port === error.port);
  return failed === undefined ? error : listenError(failed.address, error);
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
