import { describe, expect, it } from 'vitest';
import { childGroups } from '../../../src/loadgen/child-groups.ts';
import { transportContract } from '../../contracts/transport.ts';
import { stubbornServer } from '../../support/commands.ts';
import { outcomesOf, planOf, runHere, startEngine } from '../../support/engine.ts';
import { serve } from '../../support/servers/serve.ts';
import { reply } from '../../support/servers/server.ts';
import { startStdioServer } from '../../support/servers/stdio.ts';

transportContract({
  name: 'stdio',
  start: startStdioServer,
  multiplexed: true,
  deleted: ['end'],
  killed: ['end'],
  unheard: { reason: 'closed' },
  authenticates: false,
});

const shell = (script: string) => `stdio:bash -c '${script}'`;

describe('a command', () => {
  it('that cannot be found is a failure of this machine', async () => {
    const failure = await startEngine(planOf({ target: 'stdio:/nowhere/server --x' })).failure;
    expect(failure).toMatchObject({ reason: 'refused', code: 'ENOENT' });
    expect(failure.message).toContain('/nowhere/server');
  });

  it('that ends before it has answered is quoted with its code and its standard error', async () => {
    const failure = await startEngine(planOf({ target: shell('echo no such key >&2; exit 3') })).failure;
    expect(failure.reason).toBe('closed');
    expect(failure.message).toContain('the command ended with code 3');
    expect(failure.message).toContain('no such key');
  });

  it('that says nothing in time is quoted, too', async () => {
    const plan = planOf({ target: shell('echo waiting for the database >&2; sleep 60') }, { connectTimeout: 400 });
    const failure = await startEngine(plan).failure;
    expect(failure.reason).toBe('timeout');
    expect(failure.message).toContain('waiting for the database');
  });

  it('that greets people on its standard output does not speak the protocol', async () => {
    const failure = await startEngine(planOf({ target: shell('echo Server started; sleep 60') })).failure;
    expect(failure.reason).toBe('handshake');
    expect(failure.message).toContain('Server started');
  });

  it('that writes its log to its standard output breaks the protocol', async () => {
    const server = await serve(startStdioServer, {
      answer: ({ id, write }) => write(`[info] call ${id}\n${reply(id)}\n`),
    });
    const metrics = await runHere(planOf({ target: server.url, requests: '3', vus: '1' }));
    expect(outcomesOf(metrics)).toEqual({ protocol_error: 3 });
  });

  it('that ends is a lost connection, once its last reply is taken', async () => {
    const server = await serve(startStdioServer, {
      answer: (exchange) => {
        if (server.received.length % 2 === 0) return;
        exchange.send(reply(exchange.id));
        exchange.end();
      },
    });
    const metrics = await runHere(planOf({ target: server.url, requests: '2', vus: '1' }, { timeout: 5000 }));
    expect(outcomesOf(metrics)).toMatchObject({ ok: 1 });
    expect(metrics.connections.lost).toBe(1);
  });

  it('is gone at the end with all it has started, though it ignores the end of its input and SIGTERM', async () => {
    const { target, pids, living } = stubbornServer();
    const metrics = await runHere(planOf({ target, requests: '6', vus: '2' }));
    expect(outcomesOf(metrics)).toEqual({ ok: 6 });
    expect(pids(), 'leader and child of the survey and of two users').toHaveLength(6);
    await childGroups.none();
    await expect.poll(living).toEqual([]);
  });
});
