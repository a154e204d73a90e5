import { readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** Writers take several steps; so long after the last one, in ms. */
const settledMillis = 100;

/**
 * Calls back when a file has another text. Its folder is watched: editors and orchestrators put a new file into the place
 * of the old one. Returns what ends it.
 */
export function watchFile(path: string, changed: () => void): () => void {
  let text = textOf(path);
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const now = textOf(path);
    if (now === undefined || now === text) return;
    text = now;
    changed();
  };
  const watcher = watch(dirname(path), () => {
    clearTimeout(timer);
    timer = setTimeout(look, settledMillis);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

/** Undefined in the moment when there is none. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
