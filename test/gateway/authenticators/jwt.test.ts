import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthenticator } from '../../../src/gateway/authenticator.ts';
import { authenticatorContract } from '../../contracts/authenticator.ts';
import { claims, epoch, type Issuer, secret, secretAuth, signed, startIssuer, unsigned } from '../../support/tokens.ts';

authenticatorContract({
  name: 'jwt, signed with a secret',
  start: async () => ({ auth: secretAuth, close: async () => {} }),
  valid: () => signed(),
  subject: 'ada',
  refused: {
    'what is no token': () => 'secret',
    'algorithm none': () => unsigned({ alg: 'none' }, claims()),
    'algorithm none, signed all the same': async () => {
      const [, , signature] = (await signed()).split('.');
      return unsigned({ alg: 'none' }, claims(), signature);
    },
    'another secret': () => signed({}, {}, 'another secret of at least 32 bytes, as it is'),
    'another algorithm of the same secret': () => signed({}, { alg: 'HS512' }, secret.padEnd(64, '.')),
    'changed claims': async () => {
      const [header, , signature] = (await signed()).split('.');
      return `${header}.${Buffer.from(JSON.stringify(claims({ sub: 'eve' }))).toString('base64url')}.${signature}`;
    },
    'another issuer': () => signed({ iss: 'https://other.example' }),
    'no issuer': () => signed({ iss: undefined }),
    'another audience': () => signed({ aud: 'other' }),
    'no audience': () => signed({ aud: undefined }),
    'no subject': () => signed({ sub: undefined }),
    'an empty subject': () => signed({ sub: '' }),
    'no end': () => signed({ exp: undefined }),
    'an end 31 s ago': () => signed({ exp: epoch(-32) }),
    'a beginning in 31 s': () => signed({ nbf: epoch(33) }),
    'a critical extension nobody knows': () => unsigned({ alg: 'HS256', crit: ['new'], new: 1 }, claims(), 'AAAA'),
  },
});

describe('jwt', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('takes a token up to 30 s after its end, as clocks differ', async () => {
    const identity = await createAuthenticator(secretAuth).check(await signed({ exp: epoch(-28) }));
    expect(identity?.subject).toBe('ada');
  });

  it('says when the token ends and what it allows', async () => {
    const exp = epoch(100);
    const authenticator = createAuthenticator(secretAuth);
    const token = await signed({ exp, aud: ['other', 'mcpb'] });
    expect(await authenticator.check(token)).toEqual({
      subject: 'ada',
      expiresAt: exp * 1000,
      scopes: ['read', 'write'],
    });
    expect((await authenticator.check(await signed({ scope: undefined })))?.scopes).toEqual([]);
  });

  it('trusts a checked token for a minute, but not past its end', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const authenticator = createAuthenticator(secretAuth);
    const [long, short] = [await signed({ exp: epoch(3600) }), await signed({ exp: epoch(20) })];
    for (const token of [long, short]) await authenticator.check(token);
    vi.setSystemTime(Date.now() + 21_000);
    expect(authenticator.check(long)).not.toBeInstanceOf(Promise);
    expect(authenticator.check(short)).toBeInstanceOf(Promise);
    vi.setSystemTime(Date.now() + 40_000);
    expect(authenticator.check(long)).toBeInstanceOf(Promise);
    expect(await authenticator.check(short)).toBeUndefined();
  });
});

describe('jwt with a set of keys', () => {
  let keys: Issuer;
  beforeAll(async () => {
    keys = await startIssuer();
  });
  afterAll(() => keys.close());

  authenticatorContract({
    name: 'jwt, signed by an issuer',
    start: async () => ({ auth: keys.auth, close: async () => {} }),
    valid: () => keys.sign('RS256'),
    subject: 'ada',
    refused: {
      'the public key taken for a secret': () => signed({}, { kid: 'rsa' }, keys.publicPem),
      'the same, as it is published': () => signed({}, { kid: 'rsa' }, keys.publicKey),
      'the key of another algorithm': () => keys.sign('ES256', { kid: 'rsa' }),
      'a key that it brings with it or points to': () => keys.signElsewhere(),
      'algorithm none': () => unsigned({ alg: 'none', kid: 'rsa' }, claims()),
    },
  });

  it('follows nothing a token says about keys', async () => {
    await createAuthenticator(keys.auth).check(await keys.signElsewhere());
    expect(keys.asked.elsewhere).toBe(0);
  });

  it('picks the key by its id, and asks for the keys once', async () => {
    const before = keys.asked.keys;
    const authenticator = createAuthenticator(keys.auth);
    for (const algorithm of ['RS256', 'ES256', 'RS256'] as const)
      expect(await authenticator.check(await keys.sign(algorithm))).toMatchObject({ subject: 'ada' });
    expect(await authenticator.check(await keys.sign('RS256', { kid: 'unknown' }))).toBeUndefined();
    expect(keys.asked.keys - before).toBe(1);
  });

  it('lets nobody in while the keys cannot be had', async () => {
    const gone = await startIssuer();
    await gone.close();
    expect(await createAuthenticator(gone.auth).check(await gone.sign('RS256'))).toBeUndefined();
  });
});
