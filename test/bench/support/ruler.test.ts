import { once } from 'node:events';
import net from 'node:net';
import { expect, it } from 'vitest';
import type { Load, Peer } from '../../../bench/peer.ts';
import type { Client } from '../../../bench/support/client.ts';
import type { ToolReport } from '../../../bench/support/measurement.ts';
import { startNullServer } from '../../../bench/support/null-server.ts';
import { whileRunning } from '../../../bench/support/processes.ts';
import { rule } from '../../../bench/support/ruler.ts';
import { body } from '../../../bench/workload.ts';
import { encodeFrame, FrameType } from '../../../src/wire/mcpb-frame.ts';
import { needs } from '../../support/programs.ts';

const request = encodeFrame(FrameType.request, body);
const waits = { connect: 0.3, warmup: 0.2 };
const load = { connections: 3, seconds: 0.5, core: undefined };

/** A closed loop in this process; its report says a rate that nobody should take for the server's. */
async function startLoop({ url }: Load, connections: number) {
  const { promise, resolve } = Promise.withResolvers<ToolReport>();
  const { hostname: host, port } = new URL(url);
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = net.connect({ host, port: Number(port), noDelay: true });
      socket.on('data', () => socket.write(request)).on('error', () => {});
      await once(socket, 'connect');
      socket.write(request);
      return socket;
    }),
  );
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    resolve({ requests: 1, requestsPerSecond: 1, errors: 7, latency: null });
  };
  return { pid: process.pid, report: promise, stop, sockets };
}

function peer(start: Peer['start']): Peer {
  return { name: 'loop', transport: 'tcp', open: false, start };
}

needs('cc')('the ruler', () => {
  it("takes rate and CPU time from outside, and the client's word for nothing but its report", async () => {
    const before = process.cpuUsage();
    const measured = await whileRunning(await startNullServer(), async (server) => {
      const value = await rule(
        server,
        peer((load) => startLoop(load, load.connections)),
        load,
        waits,
      );
      return { value, tally: server.tally() };
    });
    const { user, system } = process.cpuUsage(before);
    const { requestsPerSecond = 0, userMicros = 0, kernelMicros = 0, peakBytes, report } = measured.value ?? {};
    const requests = requestsPerSecond * load.seconds;
    expect(requests).toBeGreaterThan(100);
    expect(requests, 'the warm-up is not in it').toBeLessThan(measured.tally.replies);
    expect(userMicros + kernelMicros).toBeGreaterThan(0);
    expect(requests * (userMicros + kernelMicros)).toBeLessThan(user + system + 20_000);
    expect(peakBytes).toBeGreaterThan(2 ** 20);
    expect(report?.errors).toBe(7);
  });

  it('measures nothing when not all connections come to stand, and ends the client', async () => {
    await whileRunning(await startNullServer(), async (server) => {
      expect(
        await rule(
          server,
          peer((load) => startLoop(load, 2)),
          load,
          waits,
        ),
      ).toBeNull();
      await expect.poll(server.tally).toMatchObject({ connections: 0 });
    });
  });

  it('measures nothing when a connection is lost on the way', async () => {
    await whileRunning(await startNullServer(), async (server) => {
      const losing = async (load: Load): Promise<Client> => {
        const client = await startLoop(load, load.connections);
        client.sockets[0].once('data', () => setTimeout(() => client.sockets[0].destroy(), 300));
        return client;
      };
      expect(await rule(server, peer(losing), load, waits)).toBeNull();
    });
  });

  it('says so when the client ends before its window has closed', async () => {
    await whileRunning(await startNullServer(), async (server) => {
      const hasty = async (load: Load): Promise<Client> => {
        const client = await startLoop(load, load.connections);
        setTimeout(client.stop, 100);
        return client;
      };
      await expect(rule(server, peer(hasty), load, waits)).rejects.toThrow('ended before its window closed');
    });
  });

  it('does not need a report', async () => {
    await whileRunning(await startNullServer(), async (server) => {
      const silent = async (load: Load): Promise<Client> => {
        const client = await startLoop(load, load.connections);
        return { ...client, report: client.report.then(() => Promise.reject(new Error('printed nothing'))) };
      };
      expect(await rule(server, peer(silent), { ...load, seconds: 0.1 }, waits)).toMatchObject({ report: null });
    });
  });
});
