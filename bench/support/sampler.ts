/** What was read at an instant, in ms since the epoch. */
export interface Sample<T> {
  readonly at: number;
  readonly value: T;
}

/** Reads now and every `milliseconds` until `work` has ended; reads of a process that is gone are left out. */
export async function sampleDuring<T>(
  work: Promise<unknown>,
  milliseconds: number,
  read: () => T,
): Promise<Sample<T>[]> {
  const samples: Sample<T>[] = [];
  const take = () => {
    try {
      samples.push({ at: Date.now(), value: read() });
    } catch (error) {
      if (!isProcessGone(error)) throw error;
    }
  };
  take();
  const timer = setInterval(take, milliseconds);
  await work.finally(() => clearInterval(timer));
  return samples;
}

/** A number at an instant, on the straight line between its neighbours; the nearest sample's outside of all. */
export function valueAt<T>(samples: readonly Sample<T>[], at: number, of: (value: T) => number): number {
  const next = samples.findIndex((sample) => sample.at >= at);
  if (next === -1) return of(samples[samples.length - 1].value);
  if (next === 0) return of(samples[0].value);
  const [left, right] = [samples[next - 1], samples[next]];
  const share = (at - left.at) / (right.at - left.at);
  return of(left.value) + share * (of(right.value) - of(left.value));
}

function isProcessGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}
