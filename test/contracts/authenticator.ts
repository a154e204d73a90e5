import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Auth } from '../../src/gateway/auth-options.ts';
import { type Authenticator, createAuthenticator } from '../../src/gateway/authenticator.ts';

export interface AuthenticatorCase {
  readonly name: string;
  /** Called once, before the first test. */
  start(): Promise<{ auth: Auth; close(): Promise<void> }>;
  /** A token that is let in, and its subject. */
  valid(): Promise<string>;
  readonly subject: string;
  /** Tokens that prove nothing, with why; none where everybody is let in. */
  readonly refused: Readonly<Record<string, () => string | Promise<string>>>;
}

/** What every authenticator does, whatever it takes for a proof. */
export function authenticatorContract({ name, start, valid, subject, refused }: AuthenticatorCase): void {
  describe(`${name}: any authenticator`, () => {
    let authenticator: Authenticator;
    let close: () => Promise<void>;
    beforeAll(async () => {
      const started = await start();
      authenticator = createAuthenticator(started.auth);
      close = started.close;
    });
    afterAll(() => close());

    it('says who a valid token stands for, and until when', async () => {
      const identity = await authenticator.check(await valid());
      expect(identity?.subject).toBe(subject);
      expect(identity?.expiresAt).toBeGreaterThan(Date.now());
    });

    it('answers at once for a token it has just checked', async () => {
      const token = await valid();
      await authenticator.check(token);
      expect(authenticator.check(token)).toMatchObject({ subject });
    });

    it('requires a token exactly when it refuses none', async () => {
      expect((await authenticator.check(undefined)) === undefined).toBe(authenticator.required);
    });

    it.each(Object.entries(refused))('refuses %s, again and again', async (_, token) => {
      const text = await token();
      for (let i = 0; i < 3; i++) expect(await authenticator.check(text)).toBeUndefined();
    });
  });
}
