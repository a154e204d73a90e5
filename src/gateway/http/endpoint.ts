/** A path that messages are posted to. */
export interface Endpoint {
  /** Clients of the legacy era have sessions there. */
  readonly inSessions: boolean;
  /** MCP Bridge's clients come there. */
  readonly bridged?: boolean;
  readonly methods: readonly string[];
}

const mcp: Endpoint = { inSessions: true, methods: ['GET', 'POST', 'DELETE'] };
const alone: Endpoint = { inSessions: false, methods: ['POST'] };

/** By path, compared as it is written: nothing is decoded or shortened. `namespaces`: names of backends. */
export function endpointsFor(namespaces: readonly string[]): ReadonlyMap<string, Endpoint> {
  return new Map([
    ['/mcp', mcp],
    ...namespaces.map((name) => [`/mcp/${name}`, mcp] as const),
    ['/api/tools', alone],
    ['/api/v1/mcp', { ...alone, bridged: true }],
  ]);
}
