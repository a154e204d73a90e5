import { gatewayJsonSchema } from '../../src/gateway/configuration/schema.ts';

/** A key of the gateway's configuration file as its JSON Schema has it. */
export interface DocumentedKey {
  /** `server.binary.tcp_nodelay`. */
  readonly name: string;
  readonly description: string;
  readonly default: string | undefined;
  /** As it stands in a table. */
  readonly byDefault: string;
}

interface Part {
  readonly properties?: Readonly<Record<string, Part>>;
  readonly anyOf?: readonly Part[];
  readonly description?: string;
}

/** Every key that holds a value; of alternatives the keys of each. */
export function documentedKeys(): DocumentedKey[] {
  return keysIn(gatewayJsonSchema(), '');
}

function keysIn(part: Part, name: string): DocumentedKey[] {
  const inner = Object.entries(part.properties ?? {});
  const alternatives = part.anyOf?.flatMap((one) => Object.entries(one.properties ?? {})) ?? [];
  const prefix = name === '' ? '' : `${name}.`;
  const keys = [...inner, ...alternatives].flatMap(([key, value]) => keysIn(value, prefix + key));
  if (keys.length > 0) return keys;
  const [description, without] = (part.description ?? '').split('. Default: ');
  const byDefault = without === undefined ? '' : without.startsWith('as ') ? without : `\`${without}\``;
  return [{ name, description, default: without, byDefault }];
}
