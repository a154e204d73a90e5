import type { Auth } from './auth-options.ts';
import { BearerAuthenticator } from './authenticators/bearer.ts';
import { JwtAuthenticator } from './authenticators/jwt.ts';
import { NoAuthenticator } from './authenticators/none.ts';

/** Who a client is. */
export interface Identity {
  readonly subject: string;
  /** When the token that proves it ends, in ms since 1970; Infinity: never. */
  readonly expiresAt: number;
  readonly scopes: readonly string[];
}

/** Decides who a client is by its token. */
export interface Authenticator {
  /** False: everybody is let in. */
  readonly required: boolean;
  /**
   * Who a token proves its bearer to be, or undefined. At once where that needs no waiting, so always for a token checked
   * just before; a promise never rejects.
   */
  check(token: string | undefined): Identity | undefined | Promise<Identity | undefined>;
}

const authenticators = {
  none: () => new NoAuthenticator(),
  bearer: ({ token }) => new BearerAuthenticator(token),
  jwt: (auth) => new JwtAuthenticator(auth),
} satisfies { [K in Auth['kind']]: (auth: Extract<Auth, { kind: K }>) => Authenticator };

export function createAuthenticator(auth: Auth): Authenticator {
  switch (auth.kind) {
    case 'none':
      return authenticators.none();
    case 'bearer':
      return authenticators.bearer(auth);
    case 'jwt':
      return authenticators.jwt(auth);
  }
}

/** How far clocks may be apart, in ms. */
export const clockToleranceMillis = 30_000;

/** `performance.now()` from which on an identity no longer holds. */
export function endOf({ expiresAt }: Identity): number {
  return performance.now() + expiresAt + clockToleranceMillis - Date.now();
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : undefined;
}
