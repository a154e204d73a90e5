import { isIP } from 'node:net';
import { didYouMean } from '../config/suggest.ts';
import { McpbError } from '../errors.ts';
import { shownCommand, splitCommand } from './command-line.ts';
import type { Dialect, Framing, Target, TransportKind } from './plan.ts';

interface Scheme {
  readonly transport: Exclude<TransportKind, 'stdio'>;
  readonly secure: boolean;
  /** 0: none, the URL must say it. */
  readonly port: number;
}

const schemes: Readonly<Record<string, Scheme>> = {
  'http:': { transport: 'http', secure: false, port: 80 },
  'https:': { transport: 'http', secure: true, port: 443 },
  'ws:': { transport: 'websocket', secure: false, port: 80 },
  'wss:': { transport: 'websocket', secure: true, port: 443 },
  'tcp:': { transport: 'tcp', secure: false, port: 0 },
  'tcps:': { transport: 'tcp', secure: true, port: 0 },
  'sse+http:': { transport: 'sse', secure: false, port: 80 },
  'sse+https:': { transport: 'sse', secure: true, port: 443 },
};
const stdio = /^stdio:/i;
const bundledPath = '/mcp';

export const transports = ['websocket', 'tcp', 'http', 'sse', 'stdio'] as const satisfies readonly TransportKind[];

export const framings = ['mcpb', 'lines'] as const satisfies readonly Framing[];
export const dialects = ['plain', 'envelope'] as const satisfies readonly Dialect[];

/** What is known of a target besides its text. */
export interface TargetForm {
  readonly transport?: TransportKind | undefined;
  readonly framing?: Framing | undefined;
  readonly dialect?: Dialect | undefined;
}

/**
 * Parses `bundled`, `bundled/path`, `http(s)://…`, `ws(s)://…`, `tcp(s)://host:port[?framing=lines][&handshake=none]`,
 * `sse+http(s)://…` or `stdio:COMMAND …`. The URL says the transport; `transport` counts for `bundled` only and must not
 * contradict a URL; framing and dialect count where the transport has them and the URL does not say them. Throws
 * McpbError MCPB_E_USAGE.
 */
export function parseTarget(text: string, form: TargetForm = {}): Target {
  if (isBundled(text)) return bundledTarget(text, form);
  if (stdio.test(text)) return commandTarget(text, form);
  const { transport } = form;
  const url = parseUrl(text);
  const { transport: kind, secure, port: usual } = schemes[url.protocol];
  if (transport && transport !== kind) throw faulty(text, `its transport is ${kind}, not ${transport}`);
  const port = url.port === '' ? usual : Number(url.port);
  if (url.hostname === '' || port === 0) throw faulty(text, 'it needs a host and a port');
  const address = { url: text, bundled: false, transport: kind, host: hostOf(url), port, secure };
  if (kind === 'tcp') return { ...address, path: '', ...tcpOptions(text, url, form.framing) };
  return { ...address, path: (url.pathname || '/') + url.search, handshake: true, ...dialectOf(kind, form) };
}

/** The text itself once it is known to be a target, whatever its transport. Throws McpbError MCPB_E_USAGE. */
export function targetText(text: string): string {
  parseTarget(text);
  return text;
}

/** `bundled`, or `bundled/path` for another path than the default. */
export function isBundled(text: string): boolean {
  return /^bundled(\/|$)/.test(text);
}

function bundledTarget(text: string, form: TargetForm): Target {
  const { transport = 'http', framing = 'mcpb' } = form;
  const path = text.slice('bundled'.length);
  const address = { url: text, bundled: true, transport, host: '127.0.0.1', port: 0, secure: false, handshake: true };
  if (transport === 'sse' || transport === 'stdio')
    throw faulty(text, `the bundled gateway is not reached over ${transport}`);
  if (framing === 'lines' || form.dialect === 'envelope')
    throw faulty(text, `the bundled gateway does not speak ${form.dialect ?? framing} in this version`);
  if (transport !== 'tcp') return { ...address, path: path || bundledPath, ...dialectOf(transport, form) };
  if (path !== '') throw faulty(text, 'a TCP target has no path');
  return { ...address, path, framing };
}

function commandTarget(text: string, { transport = 'stdio' }: TargetForm): Target {
  if (transport !== 'stdio') throw faulty(text, `its transport is stdio, not ${transport}`);
  const command = splitCommand(text.slice('stdio:'.length));
  if (command === undefined) throw faulty(text, 'a quote or a backslash has no end');
  if (command.length === 0) throw faulty(text, 'it names no command');
  const url = `stdio:${shownCommand(command)}`;
  return {
    url,
    bundled: false,
    transport,
    host: 'localhost',
    port: 0,
    secure: false,
    path: '',
    command,
    handshake: false,
  };
}

function dialectOf(transport: TransportKind, { dialect = 'plain' }: TargetForm): Pick<Target, 'dialect'> {
  return transport === 'websocket' ? { dialect } : {};
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !(url.protocol in schemes)) throw faulty(text, unknownScheme(text));
  if (url.username !== '' || url.password !== '') throw faulty('***', 'a URL carries no credentials here: use --token');
  if (url.hash !== '') throw faulty(text, 'a target has no fragment (#…)');
  return url;
}

function unknownScheme(text: string): string {
  const word = /^\w+$/.test(text) ? didYouMean(text, ['bundled']) : '';
  return `it is neither bundled nor a URL beginning with http(s)://, ws(s)://, tcp(s):// or sse+http(s)://, nor stdio:COMMAND${word}`;
}

/** The handshake is left out with `?handshake=none`, against servers that only echo. */
function tcpOptions(text: string, url: URL, framing: Framing = 'mcpb'): Pick<Target, 'framing' | 'handshake'> {
  if (url.pathname !== '' && url.pathname !== '/') throw faulty(text, 'a TCP target has no path');
  const options = { framing, handshake: true };
  for (const [key, value] of url.searchParams) {
    const named = framings.find((one) => key === 'framing' && one === value);
    if (named) options.framing = named;
    else if (key === 'handshake' && value === 'none') options.handshake = false;
    else throw faulty(text, `"${key}=${value}" is not an option of a TCP target (framing=lines, handshake=none)`);
  }
  return options;
}

function hostOf(url: URL): string {
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 6 ? bare : url.hostname;
}

function faulty(text: string, reason: string): McpbError {
  return new McpbError('MCPB_E_USAGE', `target "${text}": ${reason}`, {
    hint: 'write it like http://127.0.0.1:8443/mcp, ws://127.0.0.1:8443/mcp, tcp://127.0.0.1:8444 or bundled',
  });
}
