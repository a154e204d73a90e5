import { availableParallelism } from 'node:os';
import { Flags } from '@oclif/core';
import { type JwtOptions, secretIn } from '../../gateway/auth-options.ts';
import type { GatewayOptions } from '../../gateway/config.ts';
import type { Configuration } from '../../gateway/configuration/load.ts';
import type { RunningGateway } from '../../gateway/gateway.ts';
import { BaseCommand } from '../base.ts';
import { type FollowedFile, followFile } from './follow-file.ts';
import { beginWithIoThreads } from './io-threads.ts';

export default class GatewayStart extends BaseCommand {
  static override summary = 'Start the reference gateway and run until Ctrl-C or SIGTERM.';
  static override description =
    'The first signal drains: no new work, what is under way is finished. The second stops at once. An address is a port, host:port, or off. --json prints one document with the addresses when ready.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --backend synthetic:delay=5ms,jitter=1ms --workers 2',
    '<%= config.bin %> <%= command.id %> --backend http://127.0.0.1:3001/mcp --token SECRET',
    '<%= config.bin %> <%= command.id %> --stdio --backend http://127.0.0.1:3001/mcp',
  ];

  static override flags = {
    config: Flags.string({
      description: 'configuration file (YAML); flags beat it; read again at SIGHUP',
      helpValue: 'FILE',
    }),
    watch: Flags.boolean({ description: 'read the file again whenever it changes', dependsOn: ['config'] }),
    http: Flags.string({ description: 'HTTP (default 127.0.0.1:8443)', helpValue: 'ADDR' }),
    ws: Flags.string({ description: 'WebSocket (default: the address of HTTP)', helpValue: 'ADDR' }),
    tcp: Flags.string({ description: 'binary TCP (default 127.0.0.1:8444)', helpValue: 'ADDR' }),
    stdio: Flags.boolean({ description: 'serve standard input and output; every port that is not named is off' }),
    admin: Flags.string({ description: 'metrics and health (default 127.0.0.1:9090)', helpValue: 'ADDR' }),
    profiling: Flags.string({ description: "profiles in pprof's format (default off)", helpValue: 'ADDR' }),
    backend: Flags.string({
      description: 'echo (default), synthetic:key=value,… or the URL of an MCP server',
      helpValue: 'SPEC',
    }),
    auth: Flags.option({
      options: ['none', 'bearer', 'jwt'] as const,
      description: 'implied by --token and --jwt-…',
    })(),
    'insecure-no-auth': Flags.boolean({ description: 'let everybody in, also from outside this machine' }),
    token: Flags.string({ description: 'the bearer token clients must show', helpValue: 'SECRET' }),
    'jwt-secret-env': Flags.string({ description: 'variable with the secret of HS256 tokens', helpValue: 'VAR' }),
    'jwt-jwks': Flags.string({ description: 'keys of tokens signed otherwise', helpValue: 'URL' }),
    'jwt-issuer': Flags.string({ description: 'what `iss` of tokens must be', helpValue: 'ISS' }),
    'jwt-audience': Flags.string({ description: 'what `aud` of tokens must be', helpValue: 'AUD' }),
    workers: Flags.integer({ description: 'threads that share the ports (default 1)', min: 1, helpValue: 'N' }),
    'log-level': Flags.option({
      options: ['error', 'warn', 'info', 'debug', 'silent'] as const,
      description: 'JSON logs on stderr (default warn)',
    })(),
  };

  async run(): Promise<void> {
    const { 'log-level': logLevel, ...flags } = (await this.parse(GatewayStart)).flags;
    const given = { ...flags, jwt: jwtOptions(flags), insecureNoAuth: flags['insecure-no-auth'], logLevel };
    const file = flags.config === undefined ? undefined : await this.#file(flags.config, given, flags.watch);
    const { options, notices }: Pick<Configuration, 'options' | 'notices'> = file?.load() ?? {
      options: given,
      notices: [],
    };
    beginWithIoThreads(options.ioThreads);
    for (const notice of notices) process.stderr.write(`${notice}\n`);
    const { startGateway } = await import('../../gateway/gateway.ts');
    process.title = 'mcp-gateway';
    this.endWithParent();
    const gateway = await startGateway(options);
    const { stop, now } = this.interrupts();
    stop.addEventListener('abort', () => gateway.drain());
    now.addEventListener('abort', () => gateway.stop());
    if (file !== undefined) await followFile(gateway, file);
    const say = flags.stdio ? process.stderr : process.stdout;
    say.write(`${this.jsonEnabled() ? JSON.stringify(readyDocument(gateway)) : readyText(gateway)}\n`);
    const end = await gateway.closed;
    if (end.how === 'failed') throw end.error;
  }

  /** The configuration file, with the flags before it. */
  async #file(path: string, flags: GatewayOptions, watch: boolean): Promise<FollowedFile> {
    const { loadConfiguration } = await import('../../gateway/configuration/load.ts');
    const surroundings = { env: process.env, cores: availableParallelism(), flags };
    return { path, watch, load: () => loadConfiguration(path, surroundings) };
  }
}

interface JwtFlags {
  readonly 'jwt-secret-env': string | undefined;
  readonly 'jwt-jwks': string | undefined;
  readonly 'jwt-issuer': string | undefined;
  readonly 'jwt-audience': string | undefined;
}

/** Undefined when none of the flags is given. */
function jwtOptions(flags: JwtFlags): JwtOptions | undefined {
  const { 'jwt-secret-env': variable, 'jwt-jwks': jwks, 'jwt-issuer': issuer, 'jwt-audience': audience } = flags;
  if (variable === undefined && jwks === undefined && issuer === undefined && audience === undefined) return undefined;
  return { secret: variable && secretIn(process.env, variable, '--jwt-secret-env'), jwks, issuer, audience };
}

function readyDocument({ config, version, addresses }: RunningGateway): Record<string, unknown> {
  const { workers, backend } = config;
  return { schema: 'mcpb.gateway/1', pid: process.pid, version, workers, backend: backend.kind, addresses };
}

function readyText({ config, addresses }: RunningGateway): string {
  const lines = Object.entries(addresses).map(([name, url]) => `  ${name.padEnd(10)} ${url}`);
  const ending = config.stdio ? 'ends with its standard input' : 'stop with Ctrl-C';
  return [`gateway ready, backend ${config.backend.kind}, ${ending}`, ...lines].join('\n');
}
