import { hash, timingSafeEqual } from 'node:crypto';
import type { Authenticator, Identity } from '../authenticator.ts';

const bearer: Identity = { subject: 'bearer', expiresAt: Number.POSITIVE_INFINITY, scopes: [] };

/** One token for everybody, who are one subject. */
export class BearerAuthenticator implements Authenticator {
  readonly required = true;
  readonly #expected: Buffer;

  constructor(token: string) {
    this.#expected = digest(token);
  }

  check(token: string | undefined): Identity | undefined {
    return token !== undefined && timingSafeEqual(digest(token), this.#expected) ? bearer : undefined;
  }
}

/** Equal length whatever the token, so that comparing takes equal time. */
function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
