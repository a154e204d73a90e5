import { describe, expect, it } from 'vitest';
import { writeDocument } from '../../../src/config/document.ts';
import { type GatewayOptions, gatewayConfig } from '../../../src/gateway/config.ts';
import { effective } from '../../../src/gateway/configuration/effective.ts';
import { type Configuration, parseConfiguration } from '../../../src/gateway/configuration/load.ts';

interface Given {
  readonly env?: Record<string, string>;
  readonly flags?: GatewayOptions;
  readonly cores?: number;
}

const read = (text: string, { env = {}, flags = {}, cores = 4 }: Given = {}): Configuration =>
  parseConfiguration(text, 'g.yaml', { env, flags, cores });
const show = (options: GatewayOptions): string =>
  writeDocument(effective(gatewayConfig(options), options.backend ?? 'echo'));

const secret = 'x'.repeat(32);

describe('a configuration file', () => {
  it('is told of every fault at once, with line and column', () => {
    const text = [
      'listen:',
      '  http: nowhere',
      'server:',
      '  conection_pool: {}',
      '  binary: { max_message_size: 1 potato }',
      'performance:',
      '  read_timeout: 0s',
      '  worker_threads: 1.5',
      'backend: redis',
      'log_level: warm',
      'auth: bearer',
      'metrics: { latency: [mcp_request_duration_second] }',
    ].join('\n');
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'MCPB_E_CONFIG',
        exitCode: 104,
        message: [
          'g.yaml:2:9 http: "nowhere" is not an address',
          'g.yaml:4:3 unknown key "conection_pool" — did you mean "connection_pool"?',
          'g.yaml:5:31 "1 potato" is not a size such as 32KB',
          'g.yaml:7:17 "0s" is not a duration above zero such as 30s or 250ms',
          'g.yaml:8:19 "1.5" is not a whole number above zero',
          'g.yaml:9:10 "redis" is not understood',
          'g.yaml:10:12 "warm" is not one of error, warn, info, debug, silent — did you mean "warn"?',
          'g.yaml:11:7 a token is missing: write `auth: { bearer: TOKEN }`',
          'g.yaml:12:22 there is no metric "mcp_request_duration_second" — did you mean "mcp_request_duration_seconds"?',
        ].join('\n'),
      }),
    );
  });

  it.each([
    [
      'an open port without authentication',
      'backend: echo\nlisten: { http: 0.0.0.0:1 }',
      /^g\.yaml:2:1 0\.0\.0\.0 is reach/,
    ],
    ['nothing to listen on', 'listen: { http: off, ws: off, tcp: off }', /every front end is off/],
    [
      'two sources of keys',
      `auth: { jwt: { issuer: i, audience: a, secret: ${secret}, jwks: "https://i/k" } }`,
      /one of/,
    ],
    [
      'a short secret',
      'auth: { jwt: { issuer: i, audience: a, secret: short } }',
      /^g\.yaml:1:\d+ the secret .* 5 bytes/,
    ],
    [
      'keys fetched in the clear',
      'auth: { jwt: { issuer: i, audience: a, jwks: "http://i.example/k" } }',
      /no https URL/,
    ],
    ['a variable that is not set', `auth: { bearer: "\${NO_SUCH}" }`, /NO_SUCH is not set/],
    ['more io threads than libuv has', 'performance: { io_threads: 1025 }', /from 1 to 1024/],
  ])('is refused for %s', (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'MCPB_E_CONFIG', message: expect.stringMatching(message) }),
    );
  });

  it('may be empty', () => {
    expect(gatewayConfig(read('# nothing yet\n').options)).toEqual(gatewayConfig({}));
  });

  it('takes secrets from the environment', () => {
    expect(read(`auth: { bearer: "\${TOKEN}" }`, { env: { TOKEN: 'abc' } }).options.token).toBe('abc');
  });

  it('gives way to flags; who is let in comes from one of them as a whole', () => {
    const text = `listen: { http: 1, tcp: 2 }\nbackend: synthetic\nauth: { jwt: { issuer: i, audience: a, secret: ${secret} } }`;
    const flags = { http: '3', backend: undefined, token: 'abc' };
    const { listeners, backend, auth } = gatewayConfig(read(text, { flags }).options);
    expect(listeners.map(({ address }) => address.port)).toEqual([3, 2]);
    expect(backend.kind).toBe('synthetic');
    expect(auth).toEqual({ kind: 'bearer', token: 'abc' });
    expect(gatewayConfig(read(text).options).auth).toMatchObject({ kind: 'jwt', issuer: 'i' });
  });

  it('may leave it to the flags who is let in', () => {
    const { auth } = gatewayConfig(read('listen: { http: 0.0.0.0:1 }', { flags: { token: 'abc' } }).options);
    expect(auth.kind).toBe('bearer');
  });
});

it('says that messages are not compressed to who wants them to be', () => {
  expect(read('performance: { compression: false }').notices).toEqual([]);
  expect(read('performance: { compression: true }').notices).toEqual([
    'g.yaml:1:16 performance.compression has no effect: this version does not compress messages',
  ]);
});

describe('keys that say the same', () => {
  it('agree without a word, and the specific one wins with a notice', () => {
    const text = (general: number) =>
      `performance: { max_connections: ${general}, max_heap: 1GB }\nserver: { connection_pool: { max_connections: 7 } }`;
    expect(read(text(7)).notices).toEqual([]);
    const { options, notices } = read(text(8));
    expect(options.limits?.connections).toBe(7);
    expect(options.heap).toBe(2 ** 30);
    expect(notices).toEqual([
      'g.yaml:1:16 performance.max_connections says otherwise than server.connection_pool.max_connections, which wins',
    ]);
  });

  it('hold in general where the specific one is silent', () => {
    const text =
      'performance: { connection_timeout: 3s, queue_size: 9, tcp_nodelay: false }\nconnection: { connect_timeout: 1s }';
    const { limits, upstream, sockets } = gatewayConfig(read(text).options);
    expect(limits.handshakeMillis).toBe(3_000);
    expect([upstream.connectMillis, upstream.waiting]).toEqual([1_000, 9]);
    expect([sockets.webNoDelay, sockets.tcpNoDelay]).toEqual([false, false]);
  });
});

it('lowers worker threads to the cores, and to GOMAXPROCS, with a notice', () => {
  const workers = (text: string) => {
    const { options, notices } = read(text);
    return [options.workers, ...notices];
  };
  expect(workers('performance: { worker_threads: 3 }')).toEqual([3]);
  expect(workers('performance: { worker_threads: 16 }')).toEqual([
    4,
    'g.yaml:1:16 performance.worker_threads is lowered to 4: there are 4 cores',
  ]);
  expect(workers('performance: { worker_threads: 16 }\nruntime: { gomaxprocs: 2 }')).toEqual([
    2,
    'g.yaml:1:16 performance.worker_threads is lowered to 2: runtime.gomaxprocs',
  ]);
});

describe('the configuration as it is shown', () => {
  it('reads as a file that makes the same configuration', () => {
    const options: GatewayOptions = {
      http: '[::1]:1',
      ws: 'off',
      admin: 'off',
      backend: 'synthetic:delay=5ms,jitter=1ms',
      workers: 3,
      heap: 2 ** 31,
      ioThreads: 9,
      metrics: ['mcp_requests_total'],
      limits: { message: 1_000, sessionIdleMillis: 1_500, tcpMessage: 3 * 2 ** 20 },
      upstream: { keepAlive: false, maxReply: 77 },
      sockets: { tcpNoDelay: false },
    };
    for (const one of [options, {}]) expect(gatewayConfig(read(show(one)).options)).toEqual(gatewayConfig(one));
  });

  it('has no secrets in it', () => {
    const backend = 'http://user:hidden-1@127.0.0.1:1/mcp?api_key=hidden-2';
    const jwt = { issuer: 'i', audience: 'a', secret: `hidden-3${secret}` };
    const shown = [show({ backend, token: 'hidden-4' }), show({ jwt })].join('');
    expect(shown).not.toContain('hidden');
    expect(shown).toContain('[redacted]');
  });
});
