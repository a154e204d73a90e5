import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Auth } from '../../src/gateway/auth-options.ts';

export const secret = 'a secret of at least 32 bytes, as HS256 needs';
export const issuer = 'https://issuer.example';
export const audience = 'mcpb';

export const secretAuth: Auth = { kind: 'jwt', secret, issuer, audience };

/** Seconds since 1970, `after` seconds from now. */
export const epoch = (after: number): number => Math.floor(Date.now() / 1000) + after;

/** `undefined` takes a claim away. */
type Changes = Readonly<Record<string, unknown>>;

/** Of a valid token. */
export const claims = (changes: Changes = {}): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'ada',
  exp: epoch(300),
  scope: 'read write',
  ...changes,
});

export function signed(changes: Changes = {}, header = {}, key: string | Uint8Array = secret): Promise<string> {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  return new SignJWT(claims(changes)).setProtectedHeader({ alg: 'HS256', ...header }).sign(bytes);
}

/** A token made by hand: whatever a library would not sign. */
export function unsigned(header: object, payload: object, signature = ''): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
}

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

/** An issuer with one RSA and one EC key, and a count of how often its keys were asked for. */
export async function startIssuer() {
  const rsa = await generateKeyPair('RS256', { extractable: true });
  const ec = await generateKeyPair('ES256');
  const stranger = await generateKeyPair('RS256', { extractable: true });
  const rsaKey = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' };
  const ecKey = { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' };
  const strangeKey = { ...(await exportJWK(stranger.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' };
  const asked = { keys: 0, elsewhere: 0 };
  const server = createServer(({ url }, response) => {
    asked[url === '/keys' ? 'keys' : 'elsewhere']++;
    const keys = url === '/keys' ? [rsaKey, ecKey] : [strangeKey];
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const auth: Auth = { kind: 'jwt', jwks: `${origin}/keys`, issuer, audience };
  const sign = (alg: 'RS256' | 'ES256', header = {}): Promise<string> =>
    new SignJWT(claims())
      .setProtectedHeader({ alg, kid: alg === 'ES256' ? 'ec' : 'rsa', ...header })
      .sign(alg === 'ES256' ? ec.privateKey : rsa.privateKey);
  return {
    auth,
    asked,
    sign,
    /** Signed with a key of somebody else, which its header names in every way there is. */
    signElsewhere: (): Promise<string> =>
      new SignJWT(claims())
        .setProtectedHeader({
          alg: 'RS256',
          kid: 'rsa',
          jwk: strangeKey,
          jku: `${origin}/elsewhere`,
          x5u: `${origin}/elsewhere`,
        })
        .sign(stranger.privateKey),
    /** The public key as the issuer publishes it. */
    publicKey: JSON.stringify(rsaKey),
    publicPem: await exportSPKI(rsa.publicKey),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
