import type { Authenticator, Identity } from '../authenticator.ts';

const anonymous: Identity = { subject: 'anonymous', expiresAt: Number.POSITIVE_INFINITY, scopes: [] };

/** Everybody is the same subject. */
export class NoAuthenticator implements Authenticator {
  readonly required = false;

  check(): Identity {
    return anonymous;
  }
}
