/** Digits of an exchange id: fixed width, so that it can be written into prepared bytes. */
export const idDigits = 10;

/** Bytes of one prepared request in which only the id changes. */
export class RequestTemplate {
  #bytes: Buffer;
  readonly #idAt: number;
  /** XOR of each id digit: the WebSocket mask at its place, zero elsewhere. */
  readonly #key: Uint8Array;

  constructor(bytes: Buffer, idAt: number, key: Uint8Array = new Uint8Array(idDigits)) {
    this.#bytes = bytes;
    this.#idAt = idAt;
    this.#key = key;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The bytes with `id` (ten digits) in place; valid until the next call. */
  withId(id: number): Buffer {
    const bytes = this.#bytes;
    const at = this.#idAt;
    const key = this.#key;
    let rest = id | 0;
    for (let i = idDigits - 1; i >= 0; i--) {
      const shorter = (rest / 10) | 0;
      bytes[at + i] = (48 + rest - shorter * 10) ^ key[i];
      rest = shorter;
    }
    return bytes;
  }

  /** The last bytes are still being written by the kernel: leave them alone and go on with a copy. */
  detach(): void {
    this.#bytes = Buffer.from(this.#bytes);
  }
}

/** Where an id stands and what masks its digits. */
interface Place {
  readonly at: number;
  readonly key: Uint8Array;
}

/** The same id in two places. */
export class TwinTemplate extends RequestTemplate {
  readonly #from: number;
  readonly #to: number;
  /** From the one masking to the other. */
  readonly #key: Uint8Array;

  constructor(bytes: Buffer, first: Place, second: Place) {
    super(bytes, first.at, first.key);
    this.#from = first.at;
    this.#to = second.at;
    this.#key = first.key.map((byte, i) => byte ^ second.key[i]);
  }

  override withId(id: number): Buffer {
    const bytes = super.withId(id);
    for (let i = 0; i < idDigits; i++) bytes[this.#to + i] = bytes[this.#from + i] ^ this.#key[i];
    return bytes;
  }
}
