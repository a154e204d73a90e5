import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as plain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parseConfiguration } from '../../src/gateway/configuration/load.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { quiet } from '../contracts/frontend.ts';
import { type Authority, authority } from '../support/pki.ts';
import { scrape } from '../support/scrape.ts';
import { frame, initialize, offer } from './clients.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcpb-tls-'));
let issuer: Authority;
const running: RunningGateway[] = [];

beforeAll(async () => {
  issuer = await authority();
  const { cert, key } = await issuer.leaf();
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  writeFileSync(join(folder, 'ca.pem'), issuer.cert);
});
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

const configuration = (keys: string) =>
  parseConfiguration(`tls: { ${keys} }`, join(folder, 'gateway.yaml'), { env: {}, cores: 2 });
const start = async (keys = '', workers = 1): Promise<RunningGateway> => {
  const { options } = configuration(`cert: cert.pem, key: key.pem${keys}`);
  const gateway = await startGateway({ ...quiet, ...options, http: '0', tcp: '0', admin: 'off', workers });
  running.push(gateway);
  return gateway;
};
/** A connection behind its handshake, and the session that the gateway gave for the next one. */
const shake = async (url: string | undefined, options: ConnectionOptions = {}) => {
  const { hostname, port } = new URL(`${url}`);
  const socket = connect({ host: hostname, port: Number(port), ca: issuer.cert, ...options });
  const session = new Promise<Buffer>((resolve) => socket.once('session', resolve));
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return { socket, session };
};
/** What comes back for some bytes, once it holds `until`. */
const answer = (socket: TLSSocket, bytes: Buffer | string, until: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes(until)) resolve(text);
    });
    socket.once('error', reject).once('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
    socket.write(bytes);
  });
const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

describe('a gateway with a certificate', () => {
  it('serves HTTP, WebSocket and TCP over TLS, and nothing in the clear', async () => {
    const { addresses } = await start();
    expect(Object.values(addresses).map((url) => new URL(url).protocol)).toEqual(['https:', 'wss:', 'tcps:']);
    const http = await shake(addresses.http);
    const head = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n`;
    expect(
      await answer(http.socket, `${head}Content-Length: ${initialize.length}\r\n\r\n${initialize}`, '"result"'),
    ).toMatch(/^HTTP\/1\.1 200/);
    const client = new WebSocket(`${addresses.websocket}`, { ca: issuer.cert });
    await new Promise((resolve, reject) => client.once('open', resolve).once('error', reject));
    client.send(ping);
    const reply = await new Promise<string>((resolve) => client.once('message', (data) => resolve(String(data))));
    expect(JSON.parse(reply)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    const tcp = await shake(addresses.tcp);
    expect(await answer(tcp.socket, Buffer.concat([frame(6, offer), frame(1, ping)]), '"result"')).toContain('MCPB');
    for (const socket of [http.socket, tcp.socket]) socket.destroy();
    client.terminate();
    await expect(fetch(`${addresses.http}`.replace('https', 'http'))).rejects.toThrow();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes sessions of %s in every worker', async (version) => {
    const { addresses } = await start('', 2);
    const versions = { minVersion: version, maxVersion: version };
    const first = await shake(addresses.tcp, versions);
    first.socket.write(frame(6, offer));
    const session = await first.session;
    for (let i = 0; i < 12; i++) {
      const { socket } = await shake(addresses.tcp, { ...versions, session });
      expect(socket.isSessionReused()).toBe(true);
      socket.destroy();
    }
    first.socket.destroy();
  });

  it('remembers sessions of clients that take no tickets', async () => {
    const reused = async (size: number): Promise<boolean> => {
      const { addresses } = await start(`, session_cache_size: ${size}`);
      const noTickets = { maxVersion: 'TLSv1.2', secureOptions: 1 << 14 } as const;
      const sessions = [];
      for (let i = 0; i < 2; i++) {
        const { socket, session } = await shake(addresses.tcp, noTickets);
        sessions.push(await session);
        socket.destroy();
      }
      const { socket } = await shake(addresses.tcp, { ...noTickets, session: sessions[0] });
      const again = socket.isSessionReused();
      socket.destroy();
      return again;
    };
    expect([await reused(10), await reused(1)]).toEqual([true, false]);
  });

  it('does not resume a session that is too old', async () => {
    const { addresses } = await start(', session_timeout: 1s');
    const { socket, session } = await shake(addresses.tcp, { maxVersion: 'TLSv1.2' });
    const old = await session;
    socket.destroy();
    await expect
      .poll(
        async () => {
          const next = await shake(addresses.tcp, { maxVersion: 'TLSv1.2', session: old });
          const reused = next.socket.isSessionReused();
          next.socket.destroy();
          return reused;
        },
        { timeout: 5_000, interval: 300 },
      )
      .toBe(false);
  });

  it('speaks the versions, suites and groups it is told to', async () => {
    const suites = 'TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384';
    const { addresses } = await start(`, cipher_suites: [${suites}], curves: [P-384]`);
    const spoken = async (options: ConnectionOptions): Promise<unknown[]> => {
      const { socket } = await shake(addresses.http, options);
      const group = socket.getEphemeralKeyInfo();
      const name = group !== null && 'name' in group && group.name;
      const spoken = [socket.getProtocol(), socket.getCipher().standardName, name];
      socket.destroy();
      return spoken;
    };
    expect(await spoken({})).toEqual(['TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256', 'secp384r1']);
    expect(await spoken({ maxVersion: 'TLSv1.2' })).toEqual([
      'TLSv1.2',
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      'secp384r1',
    ]);
    await expect(shake(addresses.http, { ecdhCurve: 'X25519' })).rejects.toThrow();
    const strict = await start(', min_version: 1.3');
    await expect(shake(strict.addresses.http, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  it('counts clients that do not get through their handshake', async () => {
    const { options } = configuration('cert: cert.pem, key: key.pem');
    const limits = { handshakeMillis: 200 };
    const gateway = await startGateway({ ...quiet, ...options, http: '0', tcp: '0', admin: '0', limits });
    running.push(gateway);
    const silent = plain(Number(new URL(`${gateway.addresses.http}`).port), '127.0.0.1');
    const clear = plain(Number(new URL(`${gateway.addresses.tcp}`).port), '127.0.0.1').on('error', () => {});
    clear.write(frame(6, offer));
    const failures = async (labels: Record<string, string>): Promise<number> =>
      (await scrape(gateway.addresses.admin)).sum('mcp_connection_failures', labels);
    await expect.poll(() => failures({ transport: 'http', reason: 'timeout' })).toBe(1);
    await expect.poll(() => failures({ transport: 'tcp', reason: 'protocol' })).toBe(1);
    for (const socket of [silent, clear]) socket.destroy();
  });

  it('keeps the suites of a version that none is named of', async () => {
    const { addresses } = await start(', cipher_suites: [TLS_AES_256_GCM_SHA384]');
    const [newer, older] = [await shake(addresses.tcp), await shake(addresses.tcp, { maxVersion: 'TLSv1.2' })];
    expect([newer, older].map(({ socket }) => socket.getCipher().standardName)).toEqual([
      'TLS_AES_256_GCM_SHA384',
      'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    ]);
    for (const { socket } of [newer, older]) socket.destroy();
  });

  it('lets only clients in that show a certificate of the authority, where that is asked for', async () => {
    const { addresses } = await start(', client_ca: ca.pem');
    const get = async (options: ConnectionOptions): Promise<string> => {
      const { socket } = await shake(addresses.http, options);
      return answer(socket, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n', '200');
    };
    expect(await get(await issuer.leaf())).toContain('HTTP/1.1 200');
    await expect(get({})).rejects.toThrow();
    await expect(get(await (await authority('another')).leaf())).rejects.toThrow();
  });
});

describe('the block tls', () => {
  it('has no effect without a certificate, and says so', () => {
    const { options, notices } = configuration('session_timeout: 5s');
    expect(options.tls).toBeUndefined();
    expect(notices).toEqual([expect.stringMatching(/1:1 tls has no effect without cert/)]);
  });

  it.each([
    ['a key alone', 'key: key.pem', /1:13 a key needs its certificate/],
    ['a file that is not there', 'cert: none.pem', /1:14 none\.pem cannot be read/],
    ['a key of another certificate', 'cert: cert.pem, key: ca.pem', /1:14 is no certificate with its key/],
    ['an authority that is none', 'cert: cert.pem, key: key.pem, client_ca: key.pem', /1:49 is no certificate/],
    [
      'an unknown suite',
      'cert: cert.pem, cipher_suites: [TLS_RSA_WITH_NULL_MD5]',
      /"TLS_RSA_WITH_NULL_MD5" is not one of/,
    ],
    ['an unknown curve', 'cert: cert.pem, curves: [P-25]', /"P-25" is not one of .* did you mean "P-256"/],
    ['an old version', 'cert: cert.pem, min_version: 1.1', /expected 1\.2 or 1\.3/],
  ])('is refused for %s', (_, keys, message) => {
    expect(() => configuration(keys)).toThrow(
      expect.objectContaining({ code: 'MCPB_E_CONFIG', message: expect.stringMatching(message) }),
    );
  });
});
