import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unreachableError } from '../../src/loadgen/unreachable.ts';
import type { ScenarioPlan, TlsPlan } from '../../src/scenario/plan.ts';
import { outcomesOf, planOf, runHere, startEngine } from '../support/engine.ts';
import { authority, leaf } from '../support/pki.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';
import { startSseServer } from '../support/servers/sse.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

const day = 24 * 3600 * 1000;
const from = (days: number) => new Date(Date.now() + days * day);

const ca = await authority();
const good = await ca.leaf();
const stranger = await authority('another authority');
const strange = await stranger.leaf();

const verified: TlsPlan = { ca: ca.cert, insecure: false, resumption: false };
const secure = (server: { readonly port: number }, changes: Partial<TlsPlan> = {}, more: Partial<ScenarioPlan> = {}) =>
  planOf(
    { target: `wss://127.0.0.1:${server.port}/mcp`, requests: '3', vus: '1' },
    { tls: { ...verified, ...changes }, ...more },
  );

/** A connection for every call. */
const anew: ScenarioPlan['steps'] = [
  { type: 'connect' },
  { type: 'call', operation: 0 },
  { type: 'close', how: 'delete' },
];

/** How the user is told that the target cannot be reached. */
async function mistakeOf(plan: ReturnType<typeof planOf>) {
  const failure = await startEngine(plan).failure;
  return { failure, error: unreachableError(plan, failure) };
}

describe('a certificate that does not pass', () => {
  it.each([
    ['signed by itself', () => leaf(), 'DEPTH_ZERO_SELF_SIGNED_CERT', '--cacert FILE'],
    ['of an unknown authority', async () => strange, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', '--cacert FILE'],
    [
      'of an unknown authority that is sent along',
      async () => ({ ...strange, cert: strange.cert + stranger.cert }),
      'SELF_SIGNED_CERT_IN_CHAIN',
      '--cacert FILE',
    ],
    ['expired', () => ca.leaf({ from: from(-3), to: from(-1) }), 'CERT_HAS_EXPIRED', 'renew it'],
    ['of tomorrow', () => ca.leaf({ from: from(1), to: from(3) }), 'CERT_NOT_YET_VALID', 'clock of this machine'],
    ['for another name', () => ca.leaf({ names: ['other.test'] }), 'ERR_TLS_CERT_ALTNAME_INVALID', 'serverName'],
  ])('%s ends the run before it starts, unless it is insecure', async (_, identity, code, hint) => {
    const server = await serve(startWebSocketServer, { tls: await identity() });
    const { failure, error } = await mistakeOf(secure(server));
    expect(failure).toMatchObject({ reason: 'tls', code });
    expect(error).toMatchObject({ code: 'MCPB_E_TLS', exitCode: 3 });
    expect(error.hint).toContain(hint);
    expect(error.hint).toContain('-k takes any certificate');
    expect(outcomesOf(await runHere(secure(server, { insecure: true })))).toEqual({ ok: 3 });
  });

  it('is counted by its code where it turns up during the load', async () => {
    let secured = 0;
    const bad = createSecureContext(await leaf({ names: ['127.0.0.1', 'gate.test'] }));
    const SNICallback: TlsOptions['SNICallback'] = (_name, done) => done(null, secured++ === 0 ? undefined : bad);
    const server = await serve(startWebSocketServer, {
      tls: { ...(await ca.leaf({ names: ['gate.test'] })), SNICallback },
    });
    const { connections, outcomes } = await runHere(secure(server, { serverName: 'gate.test' }, { steps: anew }));
    expect(outcomes.connect_failed).toBe(3);
    expect(connections.failures).toEqual({ DEPTH_ZERO_SELF_SIGNED_CERT: 3 });
  });
});

describe('the name asked for', () => {
  /** Names that clients asked for, in order. */
  async function asking(names: readonly string[]) {
    const asked: string[] = [];
    const identity = await ca.leaf({ names });
    const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
      asked.push(name);
      done(null, createSecureContext(identity));
    };
    return { server: await serve(startWebSocketServer, { tls: { ...identity, SNICallback } }), asked };
  }

  it("is the host's, and none where that is an address", async () => {
    const { server, asked } = await asking(['localhost', '127.0.0.1']);
    const plan = planOf({ target: `wss://localhost:${server.port}/mcp`, requests: '2', vus: '1' }, { tls: verified });
    expect(outcomesOf(await runHere(plan))).toEqual({ ok: 2 });
    expect(asked).toEqual(['localhost', 'localhost']);
    expect(outcomesOf(await runHere(secure(server)))).toEqual({ ok: 3 });
    expect(asked).toHaveLength(2);
  });

  it('may be another, which is the one verified', async () => {
    const { server, asked } = await asking(['gate.test']);
    expect(outcomesOf(await runHere(secure(server, { serverName: 'gate.test' })))).toEqual({ ok: 3 });
    expect(asked).toEqual(['gate.test', 'gate.test']);
    const { failure } = await mistakeOf(secure(server, { serverName: 'door.test' }));
    expect(failure.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a client certificate, over %s', (maxVersion) => {
  const demanding = { ...good, ca: ca.cert, requestCert: true, rejectUnauthorized: true, maxVersion };

  it('is shown where the target wants one', async () => {
    const server = await serve(startWebSocketServer, { tls: demanding });
    expect(outcomesOf(await runHere(secure(server, await ca.leaf({ names: ['client.test'] }))))).toEqual({ ok: 3 });
  });

  it.each([
    ['missing', {}],
    ['of an authority the target does not know', strange],
  ])('that is %s ends the run with what to give', async (_, shown) => {
    const server = await serve(startWebSocketServer, { tls: demanding });
    const { error } = await mistakeOf(secure(server, shown));
    expect(['MCPB_E_TLS', 'MCPB_E_UNREACHABLE']).toContain(error.code);
    expect(error.hint).toMatch(/--cert\b.*--key\b/);
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('sessions of %s', (maxVersion) => {
  it.each([
    [false, [false, false, false, false]],
    [true, [false, true, true, true]],
  ])('are taken up again where the scenario says so: %s', async (resumption, expected) => {
    const server = await serve(startTcpServer, { tls: { ...good, maxVersion } });
    const more = { tls: { ...verified, resumption }, steps: anew };
    const { connections, outcomes } = await runHere(planOf({ target: server.url, requests: '4', vus: '1' }, more));
    expect(outcomes.ok).toBe(4);
    expect(server.resumed.slice(1), 'behind that of the survey').toEqual(expected);
    expect(connections.resumed).toBe(expected.filter(Boolean).length);
  });
});

it('the handshake is timed apart from connecting, upgrading and calling', async () => {
  const SNICallback: TlsOptions['SNICallback'] = (_name, done) =>
    setTimeout(done, 80, null, createSecureContext(named));
  const named = await ca.leaf({ names: ['gate.test'] });
  const server = await serve(startWebSocketServer, { tls: { ...named, SNICallback } });
  const plan = secure(server, { serverName: 'gate.test' }, { steps: anew });
  const { connections, serviceTime, responseTime } = await runHere(plan);
  expect(connections.tls.count).toBe(3);
  expect(connections.tls.min).toBeGreaterThanOrEqual(79_000);
  for (const other of [connections.connect, connections.upgrade, connections.initialize, serviceTime, responseTime]) {
    expect(other.count).toBe(3);
    expect(other.min).toBeLessThan(79_000);
  }
});

describe('TLS on one side only', () => {
  it.each([
    ['ws', startWebSocketServer, ''],
    ['http', startHttpServer, '/mcp'],
    ['tcp', startTcpServer, ''],
    ['tcp', startTcpServer, '?framing=lines'],
    ['sse+http', startSseServer, '/sse'],
  ])('a plain %s client is told to use TLS (%o)', async (scheme, start, rest) => {
    const server = await serve(start, { tls: good });
    const { failure, error } = await mistakeOf(planOf({ target: `${scheme}://127.0.0.1:${server.port}${rest}` }));
    expect(failure).toMatchObject({ reason: 'tls', code: 'TLS_PORT' });
    expect(error).toMatchObject({ code: 'MCPB_E_TLS', hint: 'write it with https://, wss:// or tcps://' });
  });

  it('the port is known for one of TLS even where the target wants a client certificate', async () => {
    const server = await serve(startHttpServer, {
      tls: { ...good, ca: ca.cert, requestCert: true, rejectUnauthorized: true },
    });
    const { failure } = await mistakeOf(planOf({ target: `http://127.0.0.1:${server.port}/mcp` }));
    expect(failure.code).toBe('TLS_PORT');
  });

  it('a TLS client is told that the target speaks none', async () => {
    const server = await serve(startHttpServer);
    const { error } = await mistakeOf(planOf({ target: `https://127.0.0.1:${server.port}/mcp` }));
    expect(error.code).toBe('MCPB_E_TLS');
    expect(error.message).toContain('does not speak TLS on this port');
  });
});

describe('a TLS handshake that stalls', () => {
  /** Takes connections and says nothing from the one of this number on, those before go to a server. */
  async function stalling(server: { readonly port: number }, after: number): Promise<number> {
    let taken = 0;
    const front = createServer((socket) => {
      socket.on('error', () => undefined);
      if (taken++ < after) socket.pipe(connect(server.port, '127.0.0.1').on('error', () => undefined)).pipe(socket);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void front.close());
    await once(front, 'listening');
    return (front.address() as AddressInfo).port;
  }

  it.each(['wss', 'https', 'tcps', 'sse+https'])(
    'is a time-out of connecting, before the start: %s',
    async (scheme) => {
      const port = await stalling({ port: 0 }, 0);
      const { failure, error } = await mistakeOf(
        planOf({ target: `${scheme}://127.0.0.1:${port}` }, { connectTimeout: 150 }),
      );
      expect(failure.reason).toBe('timeout');
      expect(error.code).toBe('MCPB_E_UNREACHABLE');
      expect(error.message).toContain(
        'cannot be reached: connecting timed out: no answer within 150 ms during opening',
      );
    },
  );

  it.each(['wss', 'https', 'tcps', 'sse+https'] as const)('and during the load: %s', async (scheme) => {
    const start = {
      wss: startWebSocketServer,
      https: startHttpServer,
      tcps: startTcpServer,
      'sse+https': startSseServer,
    }[scheme];
    const server = await serve(start, { tls: good });
    const survey = scheme === 'sse+https' ? 2 : 1;
    const port = await stalling(server, survey);
    const plan = planOf({ target: server.url.replace(`:${server.port}`, `:${port}`), requests: '2', vus: '2' });
    const scenarios = plan.scenarios.map((one) => ({ ...one, steps: anew, tls: verified, connectTimeout: 500 }));
    const { connections, outcomes } = await runHere({ ...plan, scenarios });
    expect(outcomes).toMatchObject({ connect_failed: 2 });
    expect(connections.failures).toEqual({ TIMEOUT: 2 });
  });
});
