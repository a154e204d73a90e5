import { now } from './clock.ts';
import type { ScenarioRun } from './scenario-run.ts';
import { Session } from './session.ts';

/**
 * One session to every scenario's target, opened and closed before anything is measured: a refused connection, a wrong
 * token or a failed handshake ends the run here. Nothing of it is counted.
 */
export function preflight(runs: readonly ScenarioRun[], failed: () => void, done: () => void): void {
  const [run, ...rest] = runs;
  if (run === undefined) return done();
  const session = new Session(run, run.plan.localAddresses[0]);
  session.whenReady(
    {
      sessionReady: (at) => {
        session.close('delete', at);
        preflight(rest, failed, done);
      },
      sessionFailed: failed,
    },
    now(),
  );
}
