import type { ServerOptions, TestServer } from './server.ts';
import { startWebSocketServer } from './websocket.ts';

interface Envelope {
  readonly id: unknown;
  readonly timestamp: string;
  readonly source: string;
  readonly auth_token?: string;
  readonly mcp_payload: { readonly id?: unknown };
}

/** A WebSocket server that takes envelopes only and answers in envelopes. `envelopes`: as they came. */
export async function startEnvelopeServer(
  options: ServerOptions = {},
): Promise<TestServer & { readonly envelopes: readonly Envelope[] }> {
  const envelopes: Envelope[] = [];
  const server = await startWebSocketServer(options, {
    read: (text) => {
      const envelope = JSON.parse(text) as Envelope;
      envelopes.push(envelope);
      const from = text.indexOf('"mcp_payload":') + '"mcp_payload":'.length;
      return text.slice(from, -1);
    },
    write: enveloped,
  });
  return Object.assign(server, { envelopes });
}

export function enveloped(message: string): string {
  const { id = null } = parsed(message);
  const head = JSON.stringify({ id, timestamp: '2026-01-01T00:00:00Z', source: 'gateway' });
  return `${head.slice(0, -1)},"mcp_payload":${message}}`;
}

function parsed(message: string): { readonly id?: unknown } {
  try {
    return (JSON.parse(message) as { readonly id?: unknown } | null) ?? {};
  } catch {
    return {};
  }
}
