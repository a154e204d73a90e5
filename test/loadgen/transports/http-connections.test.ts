import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamHandler } from '../../../src/loadgen/stream.ts';
import { httpTransport } from '../../../src/loadgen/transports/http.ts';
import { planOf } from '../../support/engine.ts';
import { Recorder } from '../../support/recorder.ts';
import { httpResponse } from '../../support/servers/http.ts';
import { reply } from '../../support/servers/server.ts';

const slots = 12;
const [scenario] = planOf({ target: 'http://127.0.0.1:1/', vus: '1', requests: '1' }).scenarios;

interface Peer {
  readonly handler: StreamHandler;
  /** Exchange it was sent last and has not answered. */
  carries: number | undefined;
  open: boolean;
}

/** A client whose connections are the test's, and what each of them carries. */
class Fed {
  readonly peers: Peer[] = [];
  readonly #writing: { slot: number } = { slot: -1 };
  readonly #client;

  constructor() {
    const transport = httpTransport(scenario, scenario.operations, (handler) => {
      const peer: Peer = { handler, carries: undefined, open: true };
      this.peers.push(peer);
      const close = () => {
        peer.open = false;
      };
      const write = () => {
        peer.carries = this.#writing.slot;
        return true;
      };
      return { write, end: close, destroy: close };
    });
    this.#client = transport.open(new Recorder(), undefined);
    this.peers[0].handler.connected(0);
  }

  carrying(slot: number): Peer | undefined {
    return this.peers.find(({ open, carries }) => open && carries === slot);
  }

  send(slot: number): void {
    this.#writing.slot = slot;
    if (this.#client.send(0, slot, 1_000_000_000 + slot)) return;
    const standing = this.peers.length;
    this.#client.want(1);
    for (const { handler } of this.peers.slice(standing)) handler.connected(0);
    expect(this.#client.send(0, slot, 1_000_000_000 + slot), 'on a connection of its own').toBe(true);
  }

  answer(peer: Peer): void {
    const bytes = Buffer.from(httpResponse(reply(1_000_000_000 + peer.carries!)));
    peer.carries = undefined;
    peer.handler.data(bytes, 0, bytes.length, 0);
  }

  hangUp(peer: Peer): void {
    peer.open = false;
    peer.handler.closed(undefined, 0);
  }

  forget(slot: number): void {
    this.#client.forget(slot);
  }
}

const step = fc.record({
  what: fc.constantFrom('send', 'send', 'send', 'answer', 'forget', 'hang up', 'hang up idle'),
  slot: fc.nat(slots - 1),
});

function walk(steps: readonly { what: string; slot: number }[]): void {
  const fed = new Fed();
  for (const { what, slot } of steps) {
    const carrying = fed.carrying(slot);
    const open = fed.peers.filter((peer) => peer.open);
    const expected = new Set(open);
    if (what === 'send' && carrying === undefined) {
      fed.send(slot);
      for (const peer of fed.peers.slice(fed.peers.length - 1)) if (peer.open) expected.add(peer);
    } else if (what === 'answer' && carrying) fed.answer(carrying);
    else if (what === 'forget') {
      fed.forget(slot);
      if (carrying) expected.delete(carrying);
    } else if (what === 'hang up' && carrying) {
      fed.hangUp(carrying);
      expected.delete(carrying);
    } else if (what === 'hang up idle') {
      const idle = open.find(({ carries }) => carries === undefined);
      if (idle) fed.hangUp(idle);
      if (idle) expected.delete(idle);
    }
    expect(new Set(fed.peers.filter((peer) => peer.open))).toEqual(expected);
  }
}

describe('connections of one client over HTTP', () => {
  it('are closed with the exchange that is forgotten, no other, whatever carried it before', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), walk), { numRuns: 200 });
  });
});
