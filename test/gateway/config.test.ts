import { describe, expect, it } from 'vitest';
import { type GatewayOptions, gatewayConfig } from '../../src/gateway/config.ts';

describe('gatewayConfig', () => {
  it('has the documented defaults', () => {
    const { listeners, admin, backend, auth, workers } = gatewayConfig({});
    expect(listeners).toEqual([
      { address: { host: '127.0.0.1', port: 8443 }, transports: ['http', 'websocket'] },
      { address: { host: '127.0.0.1', port: 8444 }, transports: ['tcp'] },
    ]);
    expect(admin).toEqual({ host: '127.0.0.1', port: 9090 });
    expect([backend, auth, workers]).toEqual([{ kind: 'echo' }, { kind: 'none' }, 1]);
  });

  it('lets WebSocket follow HTTP, stand alone, or be off', () => {
    const transports = (options: GatewayOptions) => gatewayConfig({ tcp: 'off', ...options }).listeners;
    expect(transports({ http: '[::1]:1' })).toEqual([
      { address: { host: '::1', port: 1 }, transports: ['http', 'websocket'] },
    ]);
    expect(transports({ http: '1', ws: '2' }).map((listener) => listener.transports)).toEqual([
      ['http'],
      ['websocket'],
    ]);
    expect(transports({ http: 'off' })).toEqual([
      { address: { host: '127.0.0.1', port: 8443 }, transports: ['websocket'] },
    ]);
    expect(transports({ ws: 'off' }).map((listener) => listener.transports)).toEqual([['http']]);
  });

  it('lets everybody in where that is said in so many words', () => {
    expect(gatewayConfig({ http: '0.0.0.0:1', insecureNoAuth: true }).auth).toEqual({ kind: 'none' });
  });

  it.each<[string, GatewayOptions, RegExp]>([
    ['a port too high', { http: '70000' }, /--http: "70000"/],
    ['a host alone', { tcp: 'localhost' }, /--tcp: "localhost"/],
    ['nothing to listen on', { http: 'off', ws: 'off', tcp: 'off' }, /every front end is off/],
    ['an open port without authentication', { http: '0.0.0.0:1' }, /0\.0\.0\.0 is reachable/],
    ['a name that only looks like loopback', { http: '127.evil.example:1' }, /reachable from outside/],
    ['bearer without a token', { auth: 'bearer' }, /needs a token/],
    ['an empty token', { token: '' }, /needs a token/],
    ['a token that has no effect', { auth: 'none', token: 'x' }, /has no effect/],
    ['signed tokens of nobody', { auth: 'jwt', jwt: { secret: 'x'.repeat(32) } }, /issuer and the audience/],
    ['signed tokens without a key', { jwt: { issuer: 'i', audience: 'a' } }, /one source of keys/],
    [
      'two sources of keys',
      { jwt: { issuer: 'i', audience: 'a', secret: 'x'.repeat(32), jwks: 'https://i/k' } },
      /one source of keys/,
    ],
    ['a secret that is too short', { jwt: { issuer: 'i', audience: 'a', secret: 'x'.repeat(31) } }, /has 31 bytes/],
    ['keys fetched in the clear', { jwt: { issuer: 'i', audience: 'a', jwks: 'http://i.example/k' } }, /no https URL/],
    ['a token and signed tokens', { token: 'x', jwt: { issuer: 'i', audience: 'a' } }, /no effect with --auth bearer/],
    ['no workers', { workers: 0 }, /--workers: 0/],
    ['an unknown backend', { backend: 'redis' }, /--backend: "redis"/],
    ['a backend URL that is none', { backend: 'http://' }, /--backend/],
  ])('refuses %s', (_, options, message) => {
    expect(() => gatewayConfig(options)).toThrow(
      expect.objectContaining({ code: 'MCPB_E_USAGE', message: expect.stringMatching(message) }),
    );
  });
});
