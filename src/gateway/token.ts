import { McpbError } from '../errors.ts';
import { strongSecret } from './auth-options.ts';

/** What a token is to say. */
export interface TokenClaims {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  /** From now on, in seconds. */
  readonly expires: number;
  /** `KEY=JSON`. */
  readonly claims: readonly string[];
}

const ownFlags: ReadonlySet<string> = new Set(['iss', 'aud', 'sub', 'exp', 'iat']);

/** A token as `--auth jwt` with that secret accepts it: HS256. Throws MCPB_E_USAGE. */
export async function mintToken(secret: string, wanted: TokenClaims): Promise<string> {
  const key = Buffer.from(strongSecret(secret));
  const now = Math.floor(Date.now() / 1000);
  const { SignJWT } = await import('jose');
  return new SignJWT(Object.fromEntries(wanted.claims.map(claimOf)))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(wanted.issuer)
    .setAudience(wanted.audience)
    .setSubject(wanted.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + wanted.expires)
    .sign(key);
}

function claimOf(text: string): [string, unknown] {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at < 1) throw fault(`"${text}" is not KEY=JSON`, 'write it like --claim \'roles=["admin"]\'');
  if (ownFlags.has(name))
    throw fault(`"${name}" has a flag of its own`, 'use --issuer, --audience, --subject, --expires');
  try {
    return [name, JSON.parse(text.slice(at + 1))];
  } catch {
    throw fault(`the value of "${name}" is not JSON`, `a text needs quotes: --claim '${name}="…"'`);
  }
}

function fault(message: string, hint: string): McpbError {
  return new McpbError('MCPB_E_USAGE', `--claim: ${message}`, { hint });
}
