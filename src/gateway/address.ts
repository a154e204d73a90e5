import { McpbError } from '../errors.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `port` (on 127.0.0.1), `host:port`, `[v6]:port`; `off` is undefined. Throws MCPB_E_USAGE. */
export function parseAddress(text: string, flag: string): Address | undefined {
  if (text === 'off') return undefined;
  const match = /^(?:(\[[\da-f:]+\]|[^:]+):)?(\d{1,5})$/i.exec(text);
  if (match === null || Number(match[2]) > 65_535)
    throw new McpbError('MCPB_E_USAGE', `${flag}: "${text}" is not an address`, {
      hint: 'write a port, host:port, or off',
    });
  return { host: (match[1] ?? '127.0.0.1').replace(/[[\]]/g, ''), port: Number(match[2]) };
}

/** `host:port` as it stands in a URL. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isLoopback(host: string): boolean {
  return /^(localhost|::1|127(\.\d{1,3}){3})$/i.test(host);
}
