import type { IncomingMessage } from 'node:http';
import { isLoopback } from './address.ts';

const single = new Set(['host', 'origin', 'authorization']);
/** All of MCP's own are single, too. */
const prefix = 'mcp-';
const lengths = new Set([...single].map((name) => name.length));

const loopbackHost = /^(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d+)?$/i;
const loopbackOrigin = /^https?:\/\/(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d+)?$/i;

/**
 * What of a request forbids to serve it, or undefined. On loopback, Host and Origin have to name loopback, which stops web pages
 * that reach this machine through a browser; elsewhere a request with an Origin is refused.
 */
export function originFault({ headers }: IncomingMessage, listenHost: string): 'origin' | 'host' | undefined {
  const local = isLoopback(listenHost);
  if (headers.origin !== undefined && !(local && loopbackOrigin.test(headers.origin))) return 'origin';
  if (local && !loopbackHost.test(headers.host ?? '')) return 'host';
  return undefined;
}

/** A header that decides who is asking, or for whom, must not come twice: readers would disagree about it. */
export function duplicateHeader({ rawHeaders }: IncomingMessage): string | undefined {
  let seen = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i];
    if (raw.charCodeAt(3) !== 0x2d && !lengths.has(raw.length)) continue;
    const name = raw.toLowerCase();
    if (!single.has(name) && !name.startsWith(prefix)) continue;
    if (seen.includes(` ${name} `)) return name;
    seen += ` ${name} `;
  }
  return undefined;
}
