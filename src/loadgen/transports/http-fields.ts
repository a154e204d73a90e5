import type { ScenarioPlan } from '../../scenario/plan.ts';
import type { Fields } from '../request.ts';

/** Fields of every request. A header the scenario gives stands in the place of one that would be implied. */
export function commonFields({ headers, token }: ScenarioPlan, implied: Fields = []): Fields {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  return [
    ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ...headers,
    ...implied.filter(([name]) => !given.has(name.toLowerCase())),
  ];
}

/** Those of a POST of Streamable HTTP. */
export function postFields(scenario: ScenarioPlan, session: Fields = []): Fields {
  return [
    ...commonFields(scenario, session),
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
  ];
}

/** What the requests of a legacy session carry. A server may give no id. */
export function sessionFields(sessionId: string | undefined, protocolVersion: string): Fields {
  const id = sessionId === undefined ? [] : [['Mcp-Session-Id', sessionId] as const];
  return [...id, ['MCP-Protocol-Version', protocolVersion]];
}
