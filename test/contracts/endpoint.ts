import { describe, expect, it, onTestFinished } from 'vitest';
import { type Address, type Answer, endpoints, type SelftestTransport } from '../../src/selftest/endpoint.ts';

/** A client that was written apart from the generator. */
export interface Client {
  send(text: string): void;
  /** What came back, whole messages in order. */
  readonly received: readonly string[];
  /** Settles when the peer is gone. */
  readonly gone: Promise<unknown>;
}

export interface EndpointCase {
  readonly transport: SelftestTransport;
  connect(address: Address): Promise<Client>;
}

const request = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });
const reply = (id: number) => ({ jsonrpc: '2.0', id, result: { tools: [] } });

/** What every listener of a known server does. */
export function endpointContract({ transport, connect }: EndpointCase): void {
  const open = async (taken: (answer: Answer) => void) => {
    const endpoint = await endpoints[transport](taken);
    onTestFinished(() => endpoint.close());
    return { endpoint, client: await connect(endpoint.address) };
  };

  describe(`${transport}: any endpoint`, () => {
    it('tells of a request as soon as it is read, and answers it when told to, with its id', async () => {
      const answers: Answer[] = [];
      const { client } = await open((answer) => answers.push(answer));
      client.send(request(1_000_000_007));
      await expect.poll(() => answers.length).toBe(1);
      expect(client.received).toEqual([]);
      answers[0]();
      await expect.poll(() => client.received.length).toBe(1);
      expect(JSON.parse(client.received[0])).toEqual(reply(1_000_000_007));
    });

    it('drops its connections when it is closed', async () => {
      const { endpoint, client } = await open(() => undefined);
      client.send(request(1));
      endpoint.close();
      await client.gone;
    });
  });
}

/** What every listener does that carries many requests over one connection. */
export function multiplexedEndpointContract({ transport, connect }: EndpointCase): void {
  describe(`${transport}: any multiplexed endpoint`, () => {
    it('answers in any order, twice, or never', async () => {
      const answers: Answer[] = [];
      const endpoint = await endpoints[transport]((answer) => answers.push(answer));
      onTestFinished(() => endpoint.close());
      const client = await connect(endpoint.address);
      for (const id of [1, 2, 3]) client.send(request(id));
      await expect.poll(() => answers.length).toBe(3);
      for (const index of [2, 0, 0]) answers[index]();
      await expect.poll(() => client.received.length).toBe(3);
      expect(client.received.map((text) => JSON.parse(text))).toEqual([reply(3), reply(1), reply(1)]);
    });
  });
}
