import type { IncomingHttpHeaders } from 'node:http';
import { decodeString, findMember } from '../../wire/json-member.ts';
import type { Message } from '../../wire/jsonrpc.ts';
import { type HeaderParameter, headerParameters, memberAt } from '../../wire/modern.ts';
import type { DataPlane } from '../data-plane.ts';
import { Lru } from '../lru.ts';
import type { Session } from '../session.ts';
import { type ModernFault, mismatch } from './header-check.ts';

const maxTools = 1_000;
/** A server may change its tools: what it said is believed for so long, ms. */
const freshMillis = 60_000;

type Parameters = readonly HeaderParameter[];

/** Which arguments tools want repeated in headers, as their server said not long ago. */
export class ParameterHeaders {
  readonly #plane: DataPlane;
  readonly #known = new Lru<{ readonly parameters: Parameters; readonly until: number }>(maxTools);

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  /** At once where that is known; a promise never rejects. */
  of(session: Session, tool: string): Parameters | Promise<Parameters> {
    const key = `${session.subject}\n${tool}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#plane.now) return known.parameters;
    return this.#plane.router.toolSchema(session, tool).then(
      (schema) => {
        const parameters = headerParameters(schema);
        this.#known.set(key, { parameters, until: this.#plane.now + freshMillis });
        return parameters;
      },
      () => [],
    );
  }
}

/** The name of the tool that is called. */
export function toolIn({ params }: Message): string | undefined {
  const name = findMember(params, 'name');
  return Buffer.isBuffer(name) && name[0] === 0x22 ? decodeString(name, 0, name.length) : undefined;
}

/** The first argument that its header does not repeat. */
export function parameterFault(
  { params }: Message,
  headers: IncomingHttpHeaders,
  parameters: Parameters,
): ModernFault | undefined {
  if (parameters.length === 0) return undefined;
  const given = findMember(params, 'arguments');
  const values: unknown = Buffer.isBuffer(given) ? JSON.parse(given.toString()) : undefined;
  for (const { header, path } of parameters) {
    const name = header.toLowerCase();
    const value = memberAt(values, path);
    if (!['string', 'number', 'boolean'].includes(typeof value) || isSameNumber(headers[name], value)) continue;
    const fault = mismatch(headers, name, String(value), true);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Numbers are the same however they are written. */
function isSameNumber(header: unknown, value: unknown): boolean {
  return typeof header === 'string' && /^-?\d{1,20}(\.\d{1,20})?$/.test(header) && Number(header) === value;
}
