import { describe, expect, it, vi } from 'vitest';
import type { StreamHandler } from '../../../src/loadgen/stream.ts';
import type { Connection } from '../../../src/loadgen/transport.ts';
import { HttpConnection } from '../../../src/loadgen/transports/http-connection.ts';
import { sseTransport } from '../../../src/loadgen/transports/sse.ts';
import { planOf } from '../../support/engine.ts';
import { Recorder } from '../../support/recorder.ts';
import { httpResponse } from '../../support/servers/http.ts';
import { reply } from '../../support/servers/server.ts';
import { chunk } from '../../support/servers/sse.ts';

const [scenario] = planOf({ target: 'sse+http://127.0.0.1:1/', vus: '1', requests: '1' }).scenarios;
const firstId = 1_000_000_000;
const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n';

/** A client whose connections are the test's: the event stream, then those for requests. */
class Fed {
  readonly handlers: StreamHandler[] = [];
  readonly client: Connection;

  constructor() {
    const transport = sseTransport(scenario, scenario.operations, (handler) => {
      this.handlers.push(handler);
      return { write: () => true, end: () => undefined, destroy: () => undefined };
    });
    this.client = transport.open(new Recorder(), undefined);
    this.handlers[0].connected(0);
    this.feed(0, Buffer.from(head));
    this.feed(0, chunk('event: endpoint\ndata: /messages\n\n'));
    this.handlers[1].connected(0);
  }

  send(slot: number): boolean {
    return this.client.send(0, slot, firstId + slot);
  }

  reply(slot: number): void {
    this.feed(0, chunk(`event: message\ndata: ${reply(firstId + slot)}\n\n`));
  }

  acknowledge(connection: number): void {
    this.feed(connection, httpResponse('Accepted', [], '202 Accepted'));
  }

  feed(connection: number, bytes: Buffer): void {
    this.handlers[connection].data(bytes, 0, bytes.length, 0);
  }
}

describe('connections of one client over HTTP+SSE', () => {
  it('are no more where a reply comes just before its request is acknowledged', () => {
    const fed = new Fed();
    for (let slot = 0; slot < 10; slot++) {
      expect(fed.send(slot)).toBe(true);
      fed.reply(slot);
      expect(fed.send(slot + 1), 'the acknowledgement is due').toBe(false);
      expect(fed.client.want(1)).toBe(true);
      expect(fed.handlers).toHaveLength(2);
      fed.acknowledge(1);
    }
    fed.client.close('kill');
  });

  it('are one more where the acknowledgement takes its time', async () => {
    const fed = new Fed();
    fed.send(0);
    fed.reply(0);
    fed.client.want(1);
    const opened = () => {
      fed.client.want(1);
      return fed.handlers.length;
    };
    await expect.poll(opened).toBe(3);
    fed.handlers[2].connected(0);
    expect(fed.send(1)).toBe(true);
    fed.client.close('kill');
  });

  it('are not looked through for each reply', () => {
    const looked = vi.spyOn(HttpConnection.prototype, 'slot', 'get');
    const looks = (connections: number) => {
      const fed = new Fed();
      fed.send(0);
      fed.client.want(connections);
      for (const handler of fed.handlers.slice(2)) handler.connected(0);
      for (let slot = 1; slot <= connections; slot++) expect(fed.send(slot)).toBe(true);
      looked.mockClear();
      fed.reply(connections);
      const { length } = looked.mock.calls;
      fed.client.close('kill');
      return length;
    };
    expect(looks(200)).toBe(looks(3));
    looked.mockRestore();
  });
});
