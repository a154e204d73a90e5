import { hash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { JwtAuth } from '../auth-options.ts';
import { type Authenticator, clockToleranceMillis, type Identity } from '../authenticator.ts';
import { Lru } from '../lru.ts';

/** A token that was valid is taken for valid so long, and never past its end; ms. */
const trustMillis = 60_000;
const trustedTokens = 10_000;

/** Of the keys of a set: whoever can read them must not be able to sign with them. */
const publicKeyAlgorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** How the set of keys is kept, in ms: asked for again after an unknown key, but not at once; never older than `age`. */
const keySet = { cooldown: 30_000, age: 600_000, timeout: 5_000 };

type Verify = (token: string) => Promise<JWTPayload>;

/** JSON web tokens of one issuer. The key is chosen by configuration alone: what a token says about keys is not followed. */
export class JwtAuthenticator implements Authenticator {
  readonly required = true;
  readonly #verify: Promise<Verify>;
  /** By hash, so that memory holds no tokens. */
  readonly #trusted = new Lru<{ readonly identity: Identity; readonly until: number }>(trustedTokens);

  constructor(auth: JwtAuth) {
    this.#verify = createVerify(auth);
  }

  check(token: string | undefined): Identity | undefined | Promise<Identity | undefined> {
    if (token === undefined) return undefined;
    const key = hash('sha256', token, 'base64');
    const trusted = this.#trusted.get(key);
    if (trusted !== undefined && Date.now() < trusted.until) return trusted.identity;
    return this.#checkSlowly(token, key);
  }

  async #checkSlowly(token: string, key: string): Promise<Identity | undefined> {
    const verify = await this.#verify;
    const claims = await verify(token).catch(() => undefined);
    const identity = claims && identityOf(claims);
    if (identity !== undefined)
      this.#trusted.set(key, { identity, until: Math.min(Date.now() + trustMillis, identity.expiresAt) });
    return identity;
  }
}

async function createVerify({ secret, jwks, issuer, audience }: JwtAuth): Promise<Verify> {
  const { jwtVerify, createRemoteJWKSet } = await import('jose');
  const options = {
    algorithms: secret === undefined ? publicKeyAlgorithms : ['HS256'],
    issuer,
    audience,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: clockToleranceMillis / 1000,
  };
  const verified = ({ payload }: { payload: JWTPayload }): JWTPayload => payload;
  if (secret !== undefined) {
    const key = Buffer.from(secret);
    return (token) => jwtVerify(token, key, options).then(verified);
  }
  const keys = createRemoteJWKSet(new URL(jwks), {
    cooldownDuration: keySet.cooldown,
    cacheMaxAge: keySet.age,
    timeoutDuration: keySet.timeout,
  });
  return (token) => jwtVerify(token, keys, options).then(verified);
}

function identityOf({ sub, exp, scope }: JWTPayload): Identity | undefined {
  if (typeof sub !== 'string' || sub === '' || exp === undefined) return undefined;
  return { subject: sub, expiresAt: exp * 1000, scopes: typeof scope === 'string' ? scope.split(' ') : [] };
}
