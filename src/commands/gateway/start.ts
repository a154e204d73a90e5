import { Command, Flags } from '@oclif/core';
import { type GatewayOptions, logLevels } from '../../gateway/config.ts';
import { type RunningGateway, startGateway } from '../../gateway/gateway.ts';

/** Starts the reference gateway and runs until a signal: the first drains, the second stops at once. */
export default class GatewayStart extends Command {
  static override description = 'start the reference gateway: WebSocket, TCP and HTTP on loopback, echo backend';
  static override examples = [
    '<%= config.bin %> gateway start',
    '<%= config.bin %> gateway start --backend synthetic:delay=5ms,jitter=1ms --workers 2',
    '<%= config.bin %> gateway start --backend http://127.0.0.1:3001/mcp --auth bearer --token SECRET',
  ];
  static override enableJsonFlag = false;
  static override flags = {
    http: Flags.string({ helpValue: 'ADDR', summary: 'HTTP: port, host:port or off [default: 127.0.0.1:8443]' }),
    ws: Flags.string({ helpValue: 'ADDR', summary: 'WebSocket [default: the port of HTTP]' }),
    tcp: Flags.string({ helpValue: 'ADDR', summary: 'binary TCP [default: 127.0.0.1:8444]' }),
    admin: Flags.string({ helpValue: 'ADDR', summary: 'metrics and health [default: 127.0.0.1:9090]' }),
    backend: Flags.string({ default: 'echo', summary: 'echo, synthetic:key=value,… or the URL of an MCP server' }),
    auth: Flags.option({ options: ['none', 'bearer'] as const })({ summary: 'bearer is implied by --token' }),
    token: Flags.string({ summary: 'the bearer token clients must show' }),
    workers: Flags.integer({ default: 1, summary: 'data plane threads, sharing the ports' }),
    'log-level': Flags.option({ options: logLevels, default: 'warn' as const })({ summary: 'JSON logs on stderr' }),
    json: Flags.boolean({ summary: 'print one JSON document when ready' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(GatewayStart);
    const { json, 'log-level': logLevel, ...rest } = flags;
    process.title = 'mcp-gateway';
    const options: GatewayOptions = { ...rest, logLevel };
    const gateway = await startGateway(options);
    this.log(json ? JSON.stringify(readyDocument(gateway)) : readyLines(gateway));
    let signals = 0;
    const onSignal = (): void => void (signals++ === 0 ? gateway.drain() : gateway.stop());
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
    const end = await gateway.closed;
    if (end.how === 'failed') throw end.error;
  }
}

function readyDocument({ config, version, addresses }: RunningGateway): Record<string, unknown> {
  const { workers, backend } = config;
  return { schema: 'mcpb.gateway/1', pid: process.pid, version, workers, backend: backend.kind, addresses };
}

function readyLines({ config, addresses }: RunningGateway): string {
  const lines = Object.entries(addresses).map(([name, url]) => `  ${name.padEnd(10)} ${url}`);
  return [`gateway ready, backend ${config.backend.kind}, stop with Ctrl-C`, ...lines].join('\n');
}
