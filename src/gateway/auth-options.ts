import { McpbError } from '../errors.ts';
import { isLoopback } from './address.ts';

/** How clients are told apart, as the flags of `gateway start` say it. */
export interface AuthOptions {
  /** Default: what the other options are for. */
  readonly auth?: 'none' | 'bearer' | 'jwt' | undefined;
  readonly token?: string | undefined;
  readonly jwt?: JwtOptions | undefined;
}

/** One of `secret` and `jwks`, and the two claims tokens must have. */
export interface JwtOptions {
  /** What tokens are signed with by HS256. */
  readonly secret?: string | undefined;
  /** Where the issuer's public keys are. */
  readonly jwks?: string | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

export type Auth =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  | ({ readonly kind: 'jwt' } & JwtAuth);

export type JwtAuth = { readonly issuer: string; readonly audience: string } & (
  | { readonly secret: string; readonly jwks?: undefined }
  | { readonly secret?: undefined; readonly jwks: string }
);

/** HS256 must not be weaker than its hash. */
const minSecretBytes = 32;

/** Throws MCPB_E_USAGE. */
export function authOf({ auth, token, jwt }: AuthOptions): Auth {
  const kind = auth ?? (token !== undefined ? 'bearer' : jwt !== undefined ? 'jwt' : 'none');
  if (kind !== 'bearer' && token !== undefined)
    throw fault(`--token has no effect with --auth ${kind}`, 'use --auth bearer');
  if (kind !== 'jwt' && jwt !== undefined) throw fault(`--jwt-… has no effect with --auth ${kind}`, 'use --auth jwt');
  if (kind === 'jwt') return { kind, ...jwtAuth(jwt ?? {}) };
  if (kind === 'none') return { kind };
  if (!token) throw fault('--auth bearer needs a token', 'add --token SECRET');
  return { kind, token };
}

/** The value of an environment variable that holds a secret. Throws MCPB_E_USAGE when there is none. */
export function secretIn(env: NodeJS.ProcessEnv, name: string, flag: string): string {
  const secret = env[name];
  if (!secret) throw fault(`${flag}: ${name} is not set`, `run with ${name}=SECRET in the environment`);
  return secret;
}

function jwtAuth({ secret, jwks, issuer, audience }: JwtOptions): JwtAuth {
  if (!issuer || !audience)
    throw fault(
      '--auth jwt needs to know the issuer and the audience of tokens',
      'add --jwt-issuer ISS --jwt-audience AUD',
    );
  if (secret !== undefined && jwks === undefined) return { issuer, audience, secret: strongSecret(secret) };
  if (jwks !== undefined && secret === undefined) return { issuer, audience, jwks: keysUrl(jwks, '--jwt-jwks') };
  throw fault('--auth jwt needs one source of keys', 'add --jwt-secret-env VAR or --jwt-jwks URL, not both');
}

/** Throws MCPB_E_USAGE. */
export function strongSecret(secret: string): string {
  const bytes = Buffer.byteLength(secret);
  if (bytes >= minSecretBytes) return secret;
  throw fault(
    `the secret for tokens has ${bytes} bytes`,
    `use at least ${minSecretBytes}, random: openssl rand -base64 32`,
  );
}

/** Keys fetched in the clear could be anybody's; on loopback nobody is in between. Throws MCPB_E_USAGE. */
export function keysUrl(jwks: string, name: string): string {
  const url = URL.parse(jwks);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url.href;
  throw fault(`${name}: "${jwks}" is no https URL`, 'write https://HOST/PATH');
}

function fault(message: string, hint: string): McpbError {
  return new McpbError('MCPB_E_USAGE', message, { hint });
}
