import { Command } from '@oclif/core';
import { failureDocument, failureOf, failureText } from './failure.ts';

/** npm and the terminal each deliver one Ctrl-C: a repeat this soon (ms) is the same one. */
const sameSignal = 300;

/** What every command shares: `--json`, exit codes, the way it fails, the way it is interrupted. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  /** The exit code of this command once it has printed what it has to say. */
  protected finishWith(code: number): void {
    process.exitCode = code;
  }

  /** `stop` is aborted by the first Ctrl-C or SIGTERM, `now` by the second; the third ends the process. */
  protected interrupts(): { readonly stop: AbortSignal; readonly now: AbortSignal } {
    const stop = new AbortController();
    const now = new AbortController();
    let first = 0;
    const interrupt = (): void => {
      if (!stop.signal.aborted) {
        first = performance.now();
        stop.abort();
      } else if (performance.now() - first > sameSignal) {
        process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
        now.abort();
      }
    };
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    return { stop: stop.signal, now: now.signal };
  }

  /** Where the program that started this one keeps a channel to it, this one does not outlive that program, however it ends. */
  protected endWithParent(): void {
    if (process.connected === false) process.exit();
    process.once('disconnect', () => process.exit());
  }

  protected override async catch(error: Error): Promise<void> {
    const failure = failureOf(error, `${this.config.bin} ${this.ctor.id.replaceAll(':', ' ')} --help`);
    if (this.jsonEnabled()) process.stdout.write(failureDocument(failure));
    else process.stderr.write(failureText(failure, process.env));
    this.finishWith(failure.exitCode);
  }
}
