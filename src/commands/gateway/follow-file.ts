import type { Configuration } from '../../gateway/configuration/load.ts';
import type { RunningGateway } from '../../gateway/gateway.ts';
import { failureOf, failureText } from '../failure.ts';

/** A configuration file, and whether every change of it counts. */
export interface FollowedFile {
  readonly path: string;
  readonly watch: boolean;
  /** As it is now; throws McpbError. */
  load(): Configuration;
}

/** Reloads a gateway at SIGHUP, or when its file changes, and says on stderr what came of it. */
export async function followFile(gateway: RunningGateway, { path, watch, load }: FollowedFile): Promise<void> {
  const reload = async (): Promise<void> => {
    try {
      const { options, notices } = load();
      await gateway.reload(options);
      process.stderr.write([...notices, 'configuration reloaded', ''].join('\n'));
    } catch (error) {
      process.stderr.write(`${failureText(failureOf(error, ''), process.env)}The configuration stays as it was.\n`);
    }
  };
  process.on('SIGHUP', reload);
  if (!watch) return;
  const { watchFile } = await import('../../gateway/configuration/watch.ts');
  const end = watchFile(path, reload);
  void gateway.closed.then(end);
}
