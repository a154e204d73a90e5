import { z } from 'zod';
import { text, textBy } from '../../config/values.ts';
import { McpbError } from '../../errors.ts';
import { parseBackend } from '../../router/backend.ts';
import { parseAddress } from '../address.ts';
import { keysUrl, strongSecret } from '../auth-options.ts';
import * as guide from './guide-blocks.ts';
import { key, millis, size, whole } from './values.ts';

/** A text that `parse` takes, as it was written. Here it is no flag that it is faulty. */
const written = (parse: (text: string) => unknown) =>
  textBy((given) => {
    try {
      parse(given);
    } catch (error) {
      if (!(error instanceof McpbError)) throw error;
      throw new McpbError(error.code, error.message.replace(/^--[\w-]+: /, ''));
    }
    return given;
  });
const address = (name: string, description: string, without: string) =>
  key(
    z
      .union([z.number(), z.string()])
      .transform(String)
      .pipe(written((given) => parseAddress(given, name))),
    description,
    without,
  );

const listen = z
  .strictObject({
    http: address('http', 'Streamable HTTP: a port, `host:port` or `off`', '127.0.0.1:8443'),
    ws: address('ws', 'WebSocket', 'as `http`'),
    tcp: address('tcp', 'TCP', '127.0.0.1:8444'),
    admin: address('admin', 'metrics and health', '127.0.0.1:9090'),
    profiling: address('profiling', 'profiles in pprof’s format', 'off'),
  })
  .optional();

const jwt = z.strictObject({
  issuer: text.describe('what `iss` of tokens must be'),
  audience: text.describe('what `aud` of tokens must be'),
  secret: key(textBy(strongSecret), 'what tokens are signed with by HS256, at least 32 bytes'),
  jwks: key(
    textBy((url) => keysUrl(url, 'jwks')),
    'where the issuer’s public keys are, instead of `secret`',
  ),
});

const auth = z
  .union(
    [
      z.literal('none'),
      z.strictObject({ bearer: text.describe('the token clients must show') }),
      z.strictObject({
        jwt: jwt.refine(
          ({ secret, jwks }) => (secret === undefined) !== (jwks === undefined),
          'expected one of secret and jwks',
        ),
      }),
    ],
    { error: 'expected none, bearer: TOKEN, or jwt: with issuer, audience and secret or jwks' },
  )
  .optional();

const limits = z
  .strictObject({
    max_body_size: size('largest body of an HTTP request (413)', '4MB'),
    max_head_size: size('largest head of an HTTP request (431)', '16KB'),
    max_in_flight: whole('requests of a connection or an HTTP session under way; then it is not read', 100),
    pause_unsent: size('bytes a client has not taken, at which it is not read', '256KB'),
    max_unsent: size('bytes a client has not taken, at which it is cut', '8MB'),
    max_sessions: whole('HTTP sessions at once (503)', 50_000),
    max_sessions_per_subject: whole(
      'HTTP sessions of one subject (503); 100 without it where tokens tell subjects apart, else any number',
    ),
    max_subjects: whole('subjects without a session that are remembered, in each worker', 1_000),
    session_timeout: millis('an HTTP session that is not used for so long ends', '30m'),
    handshake_timeout: millis('from accept to a usable connection', '10s'),
    event_silence: millis('a stream of events says something so often; a reply that takes longer becomes one', '15s'),
    request_timeout: millis('for the backend to answer (5040)', '60s'),
    drain_timeout: millis('what is under way at SIGTERM may take so long', '25s'),
  })
  .optional();

/** The configuration file of the gateway. */
export const fileSchema = z.strictObject({
  listen,
  backend: key(written(parseBackend), '`echo`, `synthetic:…` or the URL of an MCP server', 'echo'),
  auth,
  log_level: key(z.enum(['error', 'warn', 'info', 'debug', 'silent']), 'JSON logs on stderr', 'warn'),
  limits,
  server: guide.server,
  runtime: guide.runtime,
  memory: guide.memory,
  performance: guide.performance,
  connection: guide.connection,
  metrics: guide.metrics,
  tls: guide.tls,
  process_management: guide.processManagement,
  batching: guide.batching,
  redis: guide.redis,
});

export type ConfigurationFile = z.output<typeof fileSchema>;

/** JSON Schema of the file as it is written. */
export function gatewayJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(fileSchema, { io: 'input' }), title: 'mcpb gateway configuration' };
}
