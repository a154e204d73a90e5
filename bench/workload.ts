import { idPlaceholder } from '../src/scenario/plan.ts';
import { latestLegacyVersion } from '../src/wire/mcp.ts';

/** The one request of every measurement. */
export const body = `{"jsonrpc":"2.0","id":${idPlaceholder},"method":"tools/list"}`;

/** Its HTTP headers beside Host and Content-Length, which every client writes itself. */
export const headers: Readonly<Record<string, string>> = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
  'MCP-Protocol-Version': latestLegacyVersion,
};

/** Seconds of load before the window of a client in Node opens: V8 compiles for as long, on the core that is measured. */
export const warmupSeconds = 4;
