import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/gateway/config.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import { call, type NeutralClient } from '../gateway/clients.ts';
import { startSdkServer } from '../router/sdk-server.ts';
import { audience, epoch, issuer, secret, signed } from '../support/tokens.ts';

export interface FrontEndCase {
  readonly name: string;
  /** A client that may send requests; the token when the gateway asks for one. */
  connect(gateway: RunningGateway, token?: string): Promise<NeutralClient>;
  /** Code of a request whose deadline passed, and of one the gateway could not finish. */
  readonly timeoutCode: number;
  readonly overloadedCode: number;
}

export const quiet: GatewayOptions = { http: '0', tcp: '0', admin: 'off', logLevel: 'silent' };

/** What every front end does, whatever its transport. */
export function frontEndContract({ name, connect, timeoutCode, overloadedCode }: FrontEndCase): void {
  describe(`${name}: any front end`, () => {
    let gateway: RunningGateway;
    let client: NeutralClient;

    beforeAll(async () => {
      gateway = await startGateway(quiet);
      client = await connect(gateway);
    });
    afterAll(async () => {
      client.close();
      await gateway.stop();
    });

    const code = async (text: string): Promise<number> => JSON.parse(await client.request(text)).error.code;

    it('answers initialize with the revision asked for, or its newest', async () => {
      const ask = (version: string) =>
        client.request(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"${version}"}}`);
      const known = JSON.parse(await ask('2025-03-26'));
      expect(known.result.protocolVersion).toBe('2025-03-26');
      expect(known.result.serverInfo.name).toBe('mcpb-gateway');
      expect(Object.keys(known.result.capabilities)).toEqual(['tools', 'resources', 'prompts']);
      expect(JSON.parse(await ask('1999-01-01')).result.protocolVersion).toBe('2025-11-25');
      expect(await code('{"jsonrpc":"2.0","id":2,"method":"initialize"}')).toBe(-32602);
    });

    it('answers ping itself', async () => {
      expect(await client.request('{"jsonrpc":"2.0","id":3,"method":"ping"}')).toBe(
        '{"jsonrpc":"2.0","id":3,"result":{}}',
      );
    });

    it.each(['"a"', '0', '-7', '"é\\n"', '123456789012345678901234567890', '""'])('repeats the id %s', async (id) => {
      const reply = await client.request(`{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`);
      expect(reply.startsWith(`{"jsonrpc":"2.0","id":${id},"result":{"tools":[`)).toBe(true);
    });

    it.each([
      '{"message":"x","n":12345678901234567890.000100}',
      '{"message":"x","__proto__":{"polluted":true}}',
      '{"message":"line\\nbreak \\u0000 \\ud83d\\ude00 é"}',
      '{"message" : "x",\t"deep":[[[{"a":-0.0e-10}]]]}',
    ])('passes arguments byte for byte: %s', async (args) => {
      const reply = await client.request(call('fidelity', args));
      expect(reply.endsWith(`"structuredContent":${args}}}`)).toBe(true);
    });

    it('replaces line breaks between tokens by spaces, and only those', async () => {
      const reply = await client.request(call('breaks', '{\r\n"message":"a\\r\\nb"\n}'));
      expect(reply).toContain('"structuredContent":{  "message":"a\\r\\nb" }');
    });

    it.each([
      ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"no/such"}', -32601],
      ['params that are no object', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}', -32602],
      ['an unknown tool', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nope"}}', -32602],
      ['a missing tool name', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}', -32602],
      ['an unknown prompt', '{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"x"}}', -32602],
      ['an unknown resource', '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x:y"}}', -32002],
      ['a top-level key twice', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}', -32600],
      ['a top-level key in another case', '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"x"}', -32600],
      [
        'a routing key twice',
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}',
        -32600,
      ],
      [
        'nesting deeper than 64',
        `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(70)}${']'.repeat(70)}}`,
        -32600,
      ],
    ])('refuses %s', async (_, text, expected) => {
      expect(await code(text)).toBe(expected);
    });

    it('answers nothing to a notification, and the next request all the same', async () => {
      client.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
      client.send('{"jsonrpc":"2.0","method":"notifications/made/up","params":{}}');
      await client.request('{"jsonrpc":"2.0","id":9,"method":"ping"}');
      expect(client.notifications).toEqual([]);
    });

    it('answers many concurrent requests, each with its own id', async () => {
      const ids = Array.from({ length: 80 }, (_, index) => `c${index}`);
      const replies = await Promise.all(ids.map((id) => client.request(call(id, `{"message":"${id}"}`))));
      expect(replies.map((reply) => JSON.parse(reply).result.content[0].text)).toEqual(ids);
    });

    it('reads and lists what the backend offers', async () => {
      const result = async (method: string, params: object) =>
        JSON.parse(await client.request(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))).result;
      const [resource] = (await result('resources/list', {})).resources;
      expect((await result('resources/read', { uri: resource.uri })).contents[0].text).toBe('hello');
      expect((await result('resources/templates/list', {})).resourceTemplates).toHaveLength(1);
      const [prompt] = (await result('prompts/list', {})).prompts;
      const greeting = await result('prompts/get', { name: prompt.name, arguments: { name: 'Ada' } });
      expect(greeting.messages[0].content.text).toContain('Ada');
    });
  });

  describe(`${name}: time`, () => {
    it('answers what passes its deadline, and later requests', async () => {
      const gateway = await startGateway({ ...quiet, backend: 'synthetic:delay=30s', limits: { requestMillis: 150 } });
      const client = await connect(gateway);
      const reply = JSON.parse(await client.request(call(1, '{"message":"late"}')));
      expect(reply.error.code).toBe(timeoutCode);
      expect(reply.error.data).toEqual({ reason: 'timeout', retryable: true });
      expect(await client.request('{"jsonrpc":"2.0","id":2,"method":"ping"}')).toContain('"result":{}');
      client.close();
      await gateway.stop();
    });

    it('gives no reply to a cancelled request', async () => {
      const gateway = await startGateway({ ...quiet, backend: 'synthetic:delay=400ms' });
      const client = await connect(gateway);
      const replies: string[] = [];
      void client.request(call('gone', '{"message":"x"}')).then((text) => replies.push(text));
      await client.request('{"jsonrpc":"2.0","id":"order","method":"ping"}');
      client.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"gone"}}');
      await client.request(call('kept', '{"message":"y"}'));
      expect(replies.filter((text) => text !== '')).toEqual([]);
      client.close();
      await gateway.stop();
    });

    it('finishes what is in flight when drained, then ends', async () => {
      const gateway = await startGateway({ ...quiet, backend: 'synthetic:delay=300ms' });
      const client = await connect(gateway);
      const reply = client.request(call('last', '{"message":"still here"}'));
      await client.request('{"jsonrpc":"2.0","id":"order","method":"ping"}');
      const drained = gateway.drain();
      expect(JSON.parse(await reply).result.content[0].text).toBe('still here');
      await client.closed;
      await drained;
      expect(await gateway.closed).toEqual({ how: 'drained' });
      await expect(connect(gateway)).rejects.toThrow();
    });

    it('cuts what does not finish in time', async () => {
      const limits = { drainMillis: 100 };
      const gateway = await startGateway({ ...quiet, backend: 'synthetic:delay=60s', limits });
      const client = await connect(gateway);
      const reply = client.request(call('never', '{"message":"x"}'));
      await client.request('{"jsonrpc":"2.0","id":"order","method":"ping"}');
      await gateway.drain();
      expect(await gateway.closed).toEqual({ how: 'drained' });
      expect(JSON.parse(await reply).error.code).toBe(overloadedCode);
      client.close();
    });
  });

  describe(`${name}: authentication`, () => {
    it('lets the right token in and no other', async () => {
      const gateway = await startGateway({ ...quiet, token: 'right' });
      const list = async (token?: string): Promise<string> => {
        const client = await connect(gateway, token);
        const reply = JSON.parse(await client.request('{"jsonrpc":"2.0","id":2,"method":"tools/list"}'));
        client.close();
        if (reply.error) throw new Error(reply.error.message);
        return reply.result.tools[0].name;
      };
      expect(await list('right')).toBe('echo');
      await expect(list('wrong')).rejects.toThrow();
      await expect(list()).rejects.toThrow();
      await gateway.stop();
    });

    it('lets in who a signed token names, as soon as that is checked', async () => {
      const gateway = await startGateway({ ...quiet, jwt: { secret, issuer, audience } });
      const tokens = await Promise.all(['ada', 'bob', 'ada'].map((sub) => signed({ sub })));
      const clients = await Promise.all(tokens.map((token) => connect(gateway, token)));
      for (const client of clients) {
        expect(await client.request('{"jsonrpc":"2.0","id":1,"method":"tools/list"}')).toContain('"echo"');
        client.close();
      }
      await expect(connect(gateway, await signed({ exp: epoch(-60) }))).rejects.toThrow();
      await expect(connect(gateway, await signed({ aud: 'other' }))).rejects.toThrow();
      await gateway.stop();
    });
  });

  describe(`${name}: a real server behind`, () => {
    it('carries progress before the result, from an upstream SSE reply', async () => {
      const server = await startSdkServer();
      const gateway = await startGateway({ ...quiet, backend: server.url });
      const client = await connect(gateway);
      const reply = await client.request(
        '{"jsonrpc":"2.0","id":"p","method":"tools/call","params":{"name":"steps","arguments":{"steps":3},"_meta":{"progressToken":"tok"}}}',
      );
      expect(JSON.parse(reply).result.content[0].text).toBe('3 steps');
      expect(client.notifications.map((text) => JSON.parse(text).params)).toEqual([
        { progressToken: 'tok', progress: 1, total: 3 },
        { progressToken: 'tok', progress: 2, total: 3 },
        { progressToken: 'tok', progress: 3, total: 3 },
      ]);
      client.close();
      await gateway.stop();
      await server.close();
    });
  });
}
