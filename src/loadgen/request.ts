import { Pool, PooledRequest, Scratch } from './requests/pooled.ts';
import { RenderedRequest } from './requests/rendered.ts';
import { idDigits, RequestTemplate, TwinTemplate } from './template.ts';
import type { VariableBody } from './variable-body.ts';

export type Fields = readonly (readonly [name: string, value: string])[];

/** A request body with the offset of its ten id digits, and the HTTP headers that go with it. */
export interface RequestBody {
  readonly body: string;
  readonly idOffset: number;
  readonly headers?: Fields;
  /** What else changes from exchange to exchange; absent where nothing does. */
  readonly variable?: VariableBody | undefined;
  /** The headers of a body, where they change with it. */
  readonly headersOf?: (body: string) => Fields;
}

/** Where the bytes of an operation's requests come from. */
export interface RequestSource {
  /** The request of the exchange in this slot, with its id (ten digits) in place; valid until the next call. */
  withId(id: number, slot: number): Buffer;
  /** The last bytes are still being written by the kernel: leave them alone. */
  detach(): void;
}

/** How a transport puts a body on the wire: a prefix that all requests share, then bytes of each request's own. */
export interface Packing {
  readonly prefix: Buffer;
  /** `headers`: the request's own, where the transport has any. */
  pack(body: string, headers?: Fields): Packed;
}

/** The bytes behind the prefix. */
export interface Packed {
  readonly bytes: Buffer;
  readonly bodyAt: number;
  /** From here on the bytes are XORed with the four before (WebSocket). */
  readonly maskedFrom?: number;
  /** The id's digits stand here too. */
  readonly outerIdAt?: number;
}

/**
 * The requests of one worker and scenario, made ready before the clock starts:
 *
 *     nothing but the id changes      prepared bytes, patched in place
 *     numbers, or columns of a file   a pool of prepared bytes, one of which is copied and patched
 *     captures, or several files      put together for every exchange
 */
export class PreparedRequests {
  readonly #requests: readonly RequestBody[];
  readonly #pools: readonly (Pool | undefined)[];
  readonly #scratch = new Scratch();

  /** What `pack` makes is kept; the prefix may differ from client to client. */
  constructor(requests: readonly RequestBody[], { pack }: Pick<Packing, 'pack'>) {
    this.#requests = requests;
    const pools = new Map<VariableBody, Pool>();
    this.#pools = requests.map((request) => {
      const { variable, idOffset } = request;
      if (variable === undefined || variable.rendered) return undefined;
      const pool = pools.get(variable) ?? new Pool(variable, idOffset, (text) => pack(text, headersFor(request, text)));
      pools.set(variable, pool);
      return pool;
    });
  }

  sources(packing: Packing): RequestSource[] {
    return this.#requests.map((request, operation) => {
      const pool = this.#pools[operation];
      if (pool !== undefined) return new PooledRequest(pool, packing.prefix, this.#scratch);
      return request.variable ? new RenderedRequest(request.variable, request, packing) : fixed(request, packing);
    });
  }
}

export function headersFor({ headers, headersOf }: RequestBody, body: string): Fields | undefined {
  return headersOf?.(body) ?? headers;
}

function fixed({ body, idOffset, headers }: RequestBody, packing: Packing): RequestTemplate {
  const packed = whole(packing, body, headers);
  const { bytes, bodyAt, outerIdAt } = packed;
  const idAt = bodyAt + Buffer.byteLength(body.slice(0, idOffset));
  const place = (at: number) => ({ at, key: keyAt(packed, at) });
  if (outerIdAt !== undefined) return new TwinTemplate(bytes, place(outerIdAt), place(idAt));
  return new RequestTemplate(bytes, idAt, keyAt(packed, idAt));
}

/** What masks the digits of an id that begins there. */
function keyAt({ bytes, maskedFrom }: Packed, at: number): Uint8Array {
  if (maskedFrom === undefined) return new Uint8Array(idDigits);
  return Uint8Array.from({ length: idDigits }, (_, i) => bytes[maskedFrom - 4 + ((at - maskedFrom + i) & 3)]);
}

/** Prefix and what is behind it as one. */
export function whole({ prefix, pack }: Packing, body: string, headers?: Fields): Packed {
  const packed = pack(body, headers);
  if (prefix.length === 0) return packed;
  const { bytes, bodyAt, maskedFrom, outerIdAt } = packed;
  return {
    bytes: Buffer.concat([prefix, bytes]),
    bodyAt: prefix.length + bodyAt,
    ...(maskedFrom !== undefined && { maskedFrom: prefix.length + maskedFrom }),
    ...(outerIdAt !== undefined && { outerIdAt: prefix.length + outerIdAt }),
  };
}
