import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

interface Collection {
  readonly type: 'major';
  readonly execution: 'sync';
  /** Compacts too, and gives emptied pages back to the system. */
  readonly flavor: 'last-resort';
}

/**
 * Collects what connecting has left behind in this thread, so that neither its memory nor its collection is found in
 * what is measured. V8 shows its collector only to contexts made after it was told to. It is told for the whole process:
 * taken back, another thread that is about to ask would not find it.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (collection: Collection) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
