import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { failureKind } from '../results/failures.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { addressOf } from './streams/socket.ts';
import { Unreachable } from './unreachable.ts';

/**
 * The one address of the target's host that the whole run uses: names are resolved before the clock starts and never
 * again. Of several the first that takes a connection, as a browser would find it. Rejects with Unreachable.
 */
export async function resolveTarget(scenario: ScenarioPlan): Promise<string | undefined> {
  const { host, transport } = scenario.target;
  if (transport === 'stdio') return undefined;
  if (isIP(host) !== 0) return host;
  const found = await addresses(host, isIP(scenario.localAddresses[0] ?? ''));
  if (found.length > 1) for (const address of found) if (await accepts(scenario, address)) return address;
  return found[0];
}

/** The scenario with the address its target's host stands for. */
export function aimedAt(scenario: ScenarioPlan, address: string | undefined): ScenarioPlan {
  return address === undefined ? scenario : { ...scenario, target: { ...scenario.target, address } };
}

async function addresses(host: string, family: number): Promise<string[]> {
  try {
    return (await lookup(host, { all: true, family })).map(({ address }) => address);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'ENOTFOUND';
    throw new Unreachable({ reason: 'dns', code, message: `${failureKind(code).what}: ${host}` });
  }
}

function accepts(scenario: ScenarioPlan, address: string): Promise<boolean> {
  const socket = connect({
    ...addressOf(aimedAt(scenario, address).target, scenario.localAddresses[0]),
    timeout: scenario.connectTimeout,
  });
  return new Promise((resolve) => {
    socket.on('connect', () => socket.destroy());
    socket.on('timeout', () => socket.destroy(new Error('time-out')));
    socket.on('error', () => undefined);
    socket.on('close', (failed) => resolve(!failed));
  });
}
