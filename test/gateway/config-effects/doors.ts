import { expect } from 'vitest';
import type { GatewayAddresses } from '../../../src/gateway/gateway.ts';
import { audience, issuer, secret, signed, startIssuer } from '../../support/tokens.ts';
import { initialize } from '../clients.ts';
import { type Effect, list, post, start } from './stage.ts';

const listens =
  (name: 'http' | 'ws' | 'tcp' | 'admin' | 'profiling', at: keyof GatewayAddresses): Effect =>
  async () => {
    const { addresses } = await start(`listen: { ${name}: "127.0.0.2:0" }`);
    expect(new URL(`${addresses[at]}`).hostname).toBe('127.0.0.2');
  };

const jwt = (own: Record<string, string>): string =>
  `auth: { jwt: ${JSON.stringify({ issuer, audience, secret, ...own })} }`;
const status = async (text: string, token: string): Promise<number> => {
  const { status } = await post(await start(text), initialize, { headers: { authorization: `Bearer ${token}` } });
  return status;
};

/** Where the gateway is, what stands behind it, who is let in. */
export const doors: Readonly<Record<string, Effect>> = {
  'listen.http': listens('http', 'http'),
  'listen.ws': listens('ws', 'websocket'),
  'listen.tcp': listens('tcp', 'tcp'),
  'listen.admin': listens('admin', 'admin'),
  'listen.profiling': listens('profiling', 'profiling'),
  backend: async () => {
    const reply = await post(await start('backend: synthetic:tools=3'), list(1), { path: '/api/tools' });
    expect(JSON.parse(await reply.text()).result.tools).toHaveLength(3);
  },
  'auth.bearer': async () => {
    expect(await status('auth: { bearer: right }', 'wrong')).toBe(401);
    expect(await status('auth: { bearer: right }', 'right')).toBe(200);
  },
  'auth.jwt.issuer': async () => {
    expect(await status(jwt({}), await signed({ iss: 'other' }))).toBe(401);
    expect(await status(jwt({ issuer: 'other' }), await signed({ iss: 'other' }))).toBe(200);
  },
  'auth.jwt.audience': async () => {
    expect(await status(jwt({}), await signed({ aud: 'other' }))).toBe(401);
    expect(await status(jwt({ audience: 'other' }), await signed({ aud: 'other' }))).toBe(200);
  },
  'auth.jwt.secret': async () => {
    const other = `another ${secret}`;
    expect(await status(jwt({}), await signed({}, {}, other))).toBe(401);
    expect(await status(jwt({ secret: other }), await signed({}, {}, other))).toBe(200);
  },
  'auth.jwt.jwks': async () => {
    const keys = await startIssuer();
    const text = `auth: { jwt: ${JSON.stringify({ issuer, audience, jwks: keys.auth.kind === 'jwt' && keys.auth.jwks })} }`;
    expect(await status(text, await keys.sign('RS256'))).toBe(200);
    expect(await status(text, await signed())).toBe(401);
    await keys.close();
  },
};
