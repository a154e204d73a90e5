import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpBackend } from '../../src/router/backends/http.ts';
import type { Answer, Caller } from '../../src/router/exchange.ts';
import { type Message, readMessage } from '../../src/wire/jsonrpc.ts';
import { methodName } from '../../src/wire/mcp.ts';
import { MetaKey } from '../../src/wire/modern.ts';
import { client, newCaller, type Recorder, run } from '../contracts/backend.ts';
import { startServerOf } from '../support/servers/eras.ts';

async function backendBefore(era: 'legacy' | 'modern'): Promise<HttpBackend> {
  const server = await startServerOf(era);
  const backend = new HttpBackend(server.url, { worker: 1, version: '0' });
  onTestFinished(async () => {
    await backend.close();
    await server.close();
  });
  return backend;
}

const resultOf = ({ finals }: Recorder) => JSON.parse(finals[0].result ?? JSON.stringify(finals));
const errorOf = ({ finals }: Recorder) => JSON.parse(finals[0].error ?? JSON.stringify(finals));

describe('a legacy client with a modern server', () => {
  /** A client that answers what it is asked by what `replies` has for the method. */
  const callerWith = (replies: Record<string, object>): Caller & { asked: string[]; heard: string[] } => {
    const asked: string[] = [];
    const heard: string[] = [];
    const capabilities = JSON.stringify({ sampling: {}, elicitation: {}, roots: {} });
    const ask = async (request: Message): Promise<Answer> => {
      asked.push(methodName(request));
      return { member: 'result', value: Buffer.from(JSON.stringify(replies[methodName(request)])) };
    };
    const notify = (notification: Buffer) => void heard.push(methodName(readMessage(notification)));
    return { ...newCaller(), client: { ...client, capabilities }, listens: true, ask, notify, asked, heard };
  };

  it('gets a result of initialize, and is served, also without one', async () => {
    const backend = await backendBefore('modern');
    const early = await Promise.all([1, 2, 3].map(() => run(backend, newCaller(), 'tools/list')));
    for (const each of early) expect(resultOf(each).tools).not.toHaveLength(0);
    const caller = newCaller();
    const initialized = JSON.parse((await backend.open(caller, client)).toString());
    expect(initialized).toMatchObject({
      protocolVersion: client.protocolVersion,
      serverInfo: { name: 'conformance-fixture' },
      capabilities: { tools: { listChanged: true } },
    });
    const params = { name: 'test_simple_text', arguments: {} };
    expect(resultOf(await run(backend, caller, 'tools/call', params)).content[0].text).toBe('A text.');
    expect(errorOf(await run(backend, caller, 'no/such')).code).toBe(-32601);
  });

  it('is asked what the server wants to know first, round by round', async () => {
    const backend = await backendBefore('modern');
    const caller = callerWith({ 'elicitation/create': { action: 'accept', content: { name: 'Ada', color: 'red' } } });
    const params = { name: 'test_input_required_result_multi_round', arguments: {} };
    expect(resultOf(await run(backend, caller, 'tools/call', params)).content[0].text).toBe('state-ok');
    expect(caller.asked).toEqual(['elicitation/create', 'elicitation/create']);
  });

  it('is asked several things at once, and may refuse', async () => {
    const backend = await backendBefore('modern');
    const params = { name: 'test_input_required_result_multiple_inputs', arguments: {} };
    const caller = callerWith({
      'elicitation/create': { action: 'accept', content: { name: 'Ada' } },
      'sampling/createMessage': { model: 'm', role: 'assistant', content: { type: 'text', text: 'Hello' } },
      'roots/list': { roots: [] },
    });
    expect(resultOf(await run(backend, caller, 'tools/call', params)).content[0].text).toBe('state-ok');
    expect(caller.asked.sort()).toEqual(['elicitation/create', 'roots/list', 'sampling/createMessage']);
    const refusing: Caller = { ...caller, ask: async () => ({ member: 'error', value: Buffer.from('{"code":-1}') }) };
    expect(errorOf(await run(backend, refusing, 'tools/call', params)).code).toBe(-1);
  });

  it('hears of progress under its own token, and of log messages of the level it has set', async () => {
    const backend = await backendBefore('modern');
    const caller = newCaller();
    const progress = { name: 'test_tool_with_progress', arguments: {}, _meta: { progressToken: 'mine' } };
    const { notifications } = await run(backend, caller, 'tools/call', progress);
    expect(notifications.map((each) => JSON.parse(each).params.progressToken)).toEqual(['mine', 'mine', 'mine']);
    const logging = { name: 'test_tool_with_logging', arguments: {} };
    expect((await run(backend, caller, 'tools/call', logging)).notifications).toEqual([]);
    expect(resultOf(await run(backend, caller, 'logging/setLevel', { level: 'info' }))).toEqual({});
    expect((await run(backend, caller, 'tools/call', logging)).notifications).toHaveLength(3);
  });

  it('hears of changes while it has a stream', async () => {
    const backend = await backendBefore('modern');
    const caller = callerWith({});
    await backend.open(caller, client);
    expect(resultOf(await run(backend, caller, 'resources/subscribe', { uri: 'test://watched-resource' }))).toEqual({});
    const change = { name: 'test_trigger_tool_change', arguments: {} };
    await expect
      .poll(async () => {
        await run(backend, caller, 'tools/call', change);
        return caller.heard;
      })
      .toContain('notifications/tools/list_changed');
    expect(resultOf(await run(backend, caller, 'resources/unsubscribe', { uri: 'test://watched-resource' }))).toEqual(
      {},
    );
    backend.end(caller);
  });
});

describe('a modern client with a legacy server', () => {
  const _meta = { [MetaKey.protocolVersion]: '2026-07-28', [MetaKey.clientCapabilities]: { sampling: {} } };

  it('discovers what the server offers, and gets results of its own era', async () => {
    const backend = await backendBefore('legacy');
    const caller = newCaller();
    const discovered = resultOf(await run(backend, caller, 'server/discover', { _meta }));
    expect(discovered).toEqual({
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
      _meta: { [MetaKey.serverInfo]: { name: 'conformance-fixture', version: '1' } },
    });
    const listed = resultOf(await run(backend, caller, 'tools/list', { _meta }));
    expect(listed).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    expect(listed.tools).not.toHaveLength(0);
    const params = { name: 'test_simple_text', arguments: {}, _meta };
    const called = resultOf(await run(backend, caller, 'tools/call', params));
    expect(called).toEqual({ resultType: 'complete', content: [{ type: 'text', text: 'A text.' }] });
  });

  it('is not asked anything, and hears only what belongs to its request', async () => {
    const backend = await backendBefore('legacy');
    const caller: Caller = { ...newCaller(), ask: () => expect.unreachable() };
    const sampling = { name: 'test_sampling', arguments: { prompt: 'x' }, _meta };
    expect(resultOf(await run(backend, caller, 'tools/call', sampling)).isError).toBe(true);
    const logging = { name: 'test_tool_with_logging', arguments: {} };
    expect((await run(backend, caller, 'tools/call', { ...logging, _meta })).notifications).toEqual([]);
    const wanted = { ..._meta, [MetaKey.logLevel]: 'info' };
    expect((await run(backend, caller, 'tools/call', { ...logging, _meta: wanted })).notifications).toHaveLength(3);
  });

  it('does not find what its era does not have, and subscribes to nothing', async () => {
    const backend = await backendBefore('legacy');
    const caller = newCaller();
    for (const method of ['ping', 'logging/setLevel', 'resources/subscribe', 'tasks/list'])
      expect(errorOf(await run(backend, caller, method, { _meta })).code).toBe(-32601);
    const wanted = { notifications: { toolsListChanged: true }, _meta };
    const subscription = await run(backend, caller, 'subscriptions/listen', wanted);
    expect(JSON.parse(subscription.notifications[0])).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: {}, _meta: { [MetaKey.subscriptionId]: 1 } },
    });
    expect(resultOf(subscription)).toMatchObject({ resultType: 'complete' });
  });
});
