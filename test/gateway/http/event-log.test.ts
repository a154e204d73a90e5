import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../../src/gateway/http/event-log.ts';
import type { EventStream } from '../../../src/gateway/http/event-stream.ts';
import { planeOf } from '../../support/plane.ts';

const plane = planeOf({});
const send = (stream: EventStream, text: string, final = false) => stream.send(Buffer.from(text), text.length, final);
const dataOf = (event: Buffer) => /^data: (.*)$/m.exec(event.toString())?.[1];

describe('EventLog', () => {
  it('has the last 256 events, and of those what came behind one on its stream', () => {
    const sent = fc.array(fc.nat({ max: 3 }), { maxLength: 600 });
    fc.assert(
      fc.property(sent, fc.nat({ max: 50 }), (streams, from) => {
        const log = new EventLog(plane);
        const open = [0, 1, 2, 3].map(() => log.open());
        for (const [index, which] of streams.entries()) send(open[which] as EventStream, `${index}`);
        for (const [which, stream] of open.entries()) {
          const all = [...streams.entries()].filter(([, one]) => one === which).map(([index]) => index);
          const kept = all.slice(from).filter((index) => index >= streams.length - 256);
          expect(log.after(stream, from).map(dataOf)).toEqual(kept.map(String));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has no more than 1 MiB', () => {
    const log = new EventLog(plane);
    const stream = log.open();
    for (let i = 0; i < 5; i++) send(stream, 'x'.repeat(300_000));
    expect(log.after(stream, 0)).toHaveLength(3);
    send(stream, 'x'.repeat(2 ** 20));
    expect(log.after(stream, 0)).toHaveLength(0);
  });

  it('forgets a stream that is over with its last event, and no other', () => {
    const log = new EventLog(plane);
    const [over, open] = [log.open(), log.open()];
    send(over, 'last', true);
    expect(log.find(`${over.id}-0`)).toEqual({ stream: over, number: 0 });
    for (let i = 0; i < 256; i++) send(open, `${i}`);
    expect(log.find(`${over.id}-0`)).toBeUndefined();
    expect(log.find(`${open.id}-0`)?.stream).toBe(open);
  });
});
