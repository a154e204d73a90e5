import { hash, timingSafeEqual } from 'node:crypto';
import type { Auth } from './config.ts';

/** Decides who a client is. */
export interface Authenticator {
  /** False: everybody is let in. */
  readonly required: boolean;
  /** The subject a token proves, or undefined. */
  subjectOf(token: string | undefined): string | undefined;
}

export function createAuthenticator(auth: Auth): Authenticator {
  if (auth.kind === 'none') return { required: false, subjectOf: () => 'anonymous' };
  const expected = digest(auth.token);
  return {
    required: true,
    subjectOf: (token) => (token !== undefined && timingSafeEqual(digest(token), expected) ? 'bearer' : undefined),
  };
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : undefined;
}

/** Equal length whatever the token, so that comparing takes equal time. */
function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
