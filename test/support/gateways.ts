import { onTestFinished } from 'vitest';
import type { GatewayOptions } from '../../src/gateway/config.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { quiet } from '../contracts/frontend.ts';

/** Stopped when the test is over. */
export const start = async (options: GatewayOptions = {}): Promise<RunningGateway> => {
  const gateway = await startGateway({ ...quiet, ...options });
  onTestFinished(() => gateway.stop());
  return gateway;
};

/** The value of a sample in what the gateway tells Prometheus, 0 where there is none. */
export const sample = async (gateway: RunningGateway, line: string): Promise<number> => {
  const text = await (await fetch(`${gateway.addresses.admin}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );
};
