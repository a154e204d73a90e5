import { expect, it } from 'vitest';
import { peers } from '../../../bench/peer.ts';
import { startNullServer } from '../../../bench/support/null-server.ts';
import { whileRunning } from '../../../bench/support/processes.ts';
import { needs } from '../../support/programs.ts';

needs('cc')('a client in Node against the null server', () => {
  const clients = peers.filter(({ name }) => name === 'autocannon' || name === 'ws');
  it.each(clients)('$name measures its rate and the CPU time that rate took', async ({ transport, run }) => {
    const measured = await whileRunning(await startNullServer(), ({ urls }) =>
      run({ url: urls[transport], connections: 8, seconds: 1, core: undefined }),
    );
    expect(measured.errors).toBe(0);
    expect(measured.requestsPerSecond).toBeGreaterThan(0);
    expect(measured.userMicros).toBeGreaterThan(0);
    expect(measured.kernelMicros).toBeGreaterThan(0);
  });
});
