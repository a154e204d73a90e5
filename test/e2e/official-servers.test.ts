import { expect, test } from 'vitest';
import { planFor } from '../../src/scenario/resolve.ts';
import { outcomesOf, runHere } from '../support/engine.ts';
import { everythingOverStdio, sdkOverStdio, startEverything } from '../support/peers.ts';
import { startSdkSse } from '../support/servers/sdk-sse.ts';

const echo = { method: 'tools/call', name: 'echo', arguments: '{"message":"hi, {é}\\n"}' };

/** Servers whose code shares nothing with ours. */
test.each([
  ['the SDK over stdio', () => sdkOverStdio],
  ['server-everything over stdio', () => everythingOverStdio],
  ['the SDK over HTTP+SSE', startSdkSse],
  ['server-everything over HTTP+SSE', () => startEverything('sse')],
  ['server-everything over Streamable HTTP', () => startEverything('streamableHttp')],
])('%s answers every request, many at a time', async (_, start) => {
  const overrides = { target: await start(), requests: '60', vus: '2', connectTimeout: '30s' };
  const plan = planFor({ operation: echo, overrides }, { env: {}, cwd: '/', cores: 2 });
  const scenarios = plan.scenarios.map((scenario) => ({ ...scenario, inFlight: 4 }));
  const metrics = await runHere({ ...plan, scenarios });
  expect(outcomesOf(metrics)).toEqual({ ok: 60 });
  expect(metrics.correlation).toMatchObject({ duplicate: 0, unknownId: 0, late: 0 });
});
