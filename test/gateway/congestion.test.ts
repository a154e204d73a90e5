import { once } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/gateway/config.ts';
import { Congestion, type Recipient } from '../../src/gateway/congestion.ts';

const limits = { ...defaultLimits, unsentPause: 100, unsentCut: 1000, slowMillis: 50 };

/** A client that takes nothing until `take` is called. */
class SlowClient implements Recipient {
  readonly events: string[] = [];
  readonly #taken: (() => void)[] = [];
  readonly outlet = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, taken) => void this.#taken.push(taken),
  });

  take(): void {
    while (this.outlet.writableLength > 0) this.#taken.shift()?.();
  }

  congested(): void {
    this.events.push('congested');
  }

  drained(): void {
    this.events.push('drained');
  }

  cut(): void {
    this.events.push('cut');
  }
}

describe('Congestion', () => {
  const setUp = () => {
    const congestion = new Congestion(limits);
    const client = new SlowClient();
    const write = (length: number): void => {
      if (!client.outlet.write(Buffer.alloc(length))) congestion.wrote(client, length);
    };
    return { congestion, client, write };
  };

  it('lets a little wait for ever', () => {
    const { congestion, client, write } = setUp();
    for (let i = 0; i < 10; i++) write(10);
    congestion.sweep(performance.now() + 3_600_000);
    expect(client.events).toEqual([]);
  });

  it('says once when too much waits, and again when that is over', async () => {
    const { congestion, client, write } = setUp();
    for (let i = 0; i < 4; i++) write(60);
    expect(client.events).toEqual(['congested']);
    const drained = once(client.outlet, 'drain');
    client.take();
    await drained;
    expect(client.events).toEqual(['congested', 'drained']);
    write(101);
    expect(client.events.at(-1)).toBe('congested');
    congestion.sweep(performance.now() + limits.slowMillis - 1);
    expect(client.events).not.toContain('cut');
  });

  it('cuts once what has not caught up in time', () => {
    const { congestion, client, write } = setUp();
    write(200);
    for (const late of [60, 120]) congestion.sweep(performance.now() + late);
    expect(client.events).toEqual(['congested', 'cut']);
  });

  it('cuts when more waits than may, but not for one message that is larger', () => {
    const { client, write } = setUp();
    write(5000);
    expect(client.events).toEqual(['congested']);
    write(1);
    expect(client.events).toEqual(['congested', 'cut']);
  });

  it('forgets those that are gone', () => {
    const { congestion, client, write } = setUp();
    write(200);
    client.outlet.destroy();
    congestion.sweep(performance.now() + 60);
    expect(client.events).toEqual(['congested']);
  });
});
