import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Profile, type ProfileInput, StringTable, type ValueTypeInput } from 'pprof-format';
import type { Frame } from './source-names.ts';

/** What a number of a sample is; `cpu` in `nanoseconds`. */
export interface Unit {
  readonly type: string;
  readonly unit: string;
}

export interface PprofOptions {
  /** Of each sample's values; the last is what is shown first. */
  readonly values: readonly Unit[];
  /** What a sample stands for. */
  readonly period?: Unit & { readonly length: number };
  readonly seconds?: number;
}

const compress = promisify(gzip);

/** A profile in pprof's format. Samples of all threads, each with a label `thread`. */
export class Pprof {
  readonly #options: PprofOptions;
  readonly #strings = new StringTable();
  readonly #locations = new Map<string, number>();
  readonly #profile: Required<Pick<ProfileInput, 'sample' | 'location' | 'function'>> = {
    sample: [],
    location: [],
    function: [],
  };

  constructor(options: PprofOptions) {
    this.#options = options;
  }

  /** `stack`: the function that ran first. */
  add(thread: string, stack: readonly Frame[], values: readonly number[]): void {
    this.#profile.sample.push({
      locationId: stack.map((frame) => this.#locationOf(frame)),
      value: values.map((value) => Math.round(value)),
      label: [{ key: this.#strings.dedup('thread'), str: this.#strings.dedup(thread) }],
    });
  }

  /** Compressed, as `go tool pprof` reads it. */
  async encode(): Promise<Buffer> {
    const { values, period, seconds } = this.#options;
    const profile = new Profile({
      ...this.#profile,
      sampleType: values.map((unit) => this.#typeOf(unit)),
      stringTable: this.#strings,
      timeNanos: BigInt(Date.now()) * 1_000_000n,
      ...(seconds !== undefined && { durationNanos: seconds * 1e9 }),
      ...(period && { periodType: this.#typeOf(period), period: period.length }),
    });
    return compress(profile.encode());
  }

  #typeOf({ type, unit }: Unit): ValueTypeInput {
    return { type: this.#strings.dedup(type), unit: this.#strings.dedup(unit) };
  }

  #locationOf(frame: Frame): number {
    const key = `${frame.name}\n${frame.file}\n${frame.line}`;
    const known = this.#locations.get(key);
    if (known !== undefined) return known;
    const id = this.#locations.size + 1;
    const name = this.#strings.dedup(frame.name);
    this.#profile.function.push({
      id,
      name,
      systemName: name,
      filename: this.#strings.dedup(frame.file),
      startLine: frame.line,
    });
    this.#profile.location.push({ id, line: [{ functionId: id, line: frame.line }] });
    this.#locations.set(key, id);
    return id;
  }
}
