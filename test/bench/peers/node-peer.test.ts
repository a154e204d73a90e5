import { expect, it } from 'vitest';
import { nodePeer } from '../../../bench/peers/node-peer.ts';
import { startNullServer } from '../../../bench/support/null-server.ts';
import { whileRunning } from '../../../bench/support/processes.ts';
import { needs } from '../../support/programs.ts';

const clients = [
  ['autocannon', 'http', 'autocannon-client.ts'],
  ['ws', 'websocket', 'ws-client.ts'],
] as const;

needs('cc')('a client in Node against the null server', () => {
  it.each(clients)('%s over %s measures its rate and the CPU time that rate took', async (name, transport, script) => {
    const measured = await whileRunning(await startNullServer(), ({ urls }) =>
      nodePeer(name, transport, script).run({ url: urls[transport], connections: 8, seconds: 1, core: undefined }),
    );
    expect(measured.errors).toBe(0);
    expect(measured.requestsPerSecond).toBeGreaterThan(0);
    expect(measured.userMicros).toBeGreaterThan(0);
    expect(measured.kernelMicros).toBeGreaterThan(0);
  });
});
