import type { Packing, RequestSource } from '../request.ts';
import { idDigits } from '../template.ts';
import type { VariableBody } from '../variable-body.ts';
import { space, writeNumber, zero } from './digits.ts';

/** The bytes of every variant of one request behind the prefix, and where in them its numbers stand. */
export class Pool {
  readonly variable: VariableBody;
  readonly entries: readonly Buffer[];
  readonly masked: boolean;
  /** Ids in an entry: two where an envelope repeats it. */
  readonly ids: number;
  /** Places per variant. */
  readonly stride: number;
  /** By variant: where the mask begins to count, its ids, its numbers. */
  readonly places: Uint32Array;
  /** Length of the longest entry. */
  readonly longest: number;

  constructor(variable: VariableBody, idOffset: number, pack: Packing['pack']) {
    this.variable = variable;
    const packed = Array.from({ length: variable.variants }, (_, variant) => {
      const { text, numbersAt } = variable.prepared(variant);
      const { bytes, bodyAt, maskedFrom, outerIdAt } = pack(text);
      const idsAt = [
        bodyAt + Buffer.byteLength(text.slice(0, idOffset)),
        ...(outerIdAt === undefined ? [] : [outerIdAt]),
      ];
      return { bytes, maskedFrom, idsAt, numbersAt: numbersAt.map((at) => bodyAt + at) };
    });
    this.entries = packed.map(({ bytes }) => bytes);
    this.masked = packed[0].maskedFrom !== undefined;
    this.ids = packed[0].idsAt.length;
    this.stride = 1 + this.ids + variable.numbers.length;
    this.places = Uint32Array.from(
      packed.flatMap(({ maskedFrom = 0, idsAt, numbersAt }) => [maskedFrom, ...idsAt, ...numbersAt]),
    );
    this.longest = this.entries.reduce((most, { length }) => Math.max(most, length), 0);
  }
}

/** Bytes that one request after the other is copied into. */
export class Scratch {
  #bytes = Buffer.alloc(0);
  /** Views of the first n bytes. */
  readonly #views = new Map<number, Buffer>();

  /** `longest`: room that will be wanted. */
  take(length: number, longest: number): Buffer {
    if (longest > this.#bytes.length) this.#renew(longest);
    const known = this.#views.get(length);
    if (known !== undefined) return known;
    const view = this.#bytes.subarray(0, length);
    this.#views.set(length, view);
    return view;
  }

  detach(): void {
    this.#renew(this.#bytes.length);
  }

  #renew(length: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#views.clear();
  }
}

/** A request of which many variants are ready: one is copied, its numbers are written into the copy. */
export class PooledRequest implements RequestSource {
  readonly #pool: Pool;
  readonly #prefix: Buffer;
  readonly #scratch: Scratch;

  constructor(pool: Pool, prefix: Buffer, scratch: Scratch) {
    this.#pool = pool;
    this.#prefix = prefix;
    this.#scratch = scratch;
  }

  withId(id: number, slot: number): Buffer {
    const { variable, places, entries, ids, stride, masked, longest } = this.#pool;
    const variant = variable.variant(slot);
    const entry = entries[variant];
    const from = this.#prefix.length;
    const bytes = this.#scratch.take(from + entry.length, from + longest);
    bytes.set(this.#prefix);
    bytes.set(entry, from);
    let place = variant * stride;
    const maskedFrom = masked ? from + places[place] : -1;
    for (let i = 0; i < ids; i++) writeNumber(bytes, from + places[++place], idDigits, id, zero, maskedFrom);
    const { numbers } = variable;
    for (let i = 0; i < numbers.length; i++) {
      const { field, bare } = numbers[i];
      const at = from + places[++place];
      writeNumber(bytes, at, field.digits, variable.number(slot, i), bare ? space : zero, maskedFrom);
    }
    return bytes;
  }

  detach(): void {
    this.#scratch.detach();
  }
}
