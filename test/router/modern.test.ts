import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpBackend } from '../../src/router/backends/http.ts';
import { MetaKey } from '../../src/wire/modern.ts';
import { startFixture } from '../conformance/fixture.ts';
import { newCaller, Recorder, run } from '../contracts/backend.ts';
import { listen } from '../support/servers/desk.ts';

const _meta = { [MetaKey.protocolVersion]: '2026-07-28', [MetaKey.clientCapabilities]: {} };

/** Ids upstream are those of another worker than the first, so that they differ from the client's. */
function backendFor(url: string): HttpBackend {
  const backend = new HttpBackend(url, { worker: 1, version: '0' });
  onTestFinished(() => backend.close());
  return backend;
}

async function fixtureBackend(): Promise<HttpBackend> {
  const fixture = await startFixture();
  onTestFinished(() => fixture.close());
  return backendFor(fixture.url);
}

describe('the http backend with a server of the modern era', () => {
  it('passes requests, results and error codes', async () => {
    const backend = await fixtureBackend();
    const caller = newCaller();
    const ask = async (method: string, params = {}) =>
      (await run(backend, caller, method, { ...params, _meta })).finals[0];
    const discovered = JSON.parse((await ask('server/discover')).result ?? '');
    expect(discovered.supportedVersions).toEqual(['2026-07-28']);
    const called = await ask('tools/call', { name: 'test_simple_text', arguments: {} });
    expect(JSON.parse(called.result ?? '')).toMatchObject({ resultType: 'complete' });
    expect(JSON.parse((await ask('no/such')).error ?? '').code).toBe(-32601);
    expect(JSON.parse((await ask('ping')).error ?? '').code).toBe(-32601);
    expect(JSON.parse((await ask('resources/read', { uri: 'nope:x' })).error ?? '').data).toEqual({ uri: 'nope:x' });
    expect(caller.upstream).toBeUndefined();
  });

  it('tells of progress under the token of the client', async () => {
    const backend = await fixtureBackend();
    const params = { name: 'test_tool_with_progress', arguments: {}, _meta: { ..._meta, progressToken: 'mine' } };
    const { notifications, finals } = await run(backend, newCaller(), 'tools/call', params);
    expect(notifications.map((each) => JSON.parse(each).params.progressToken)).toEqual(['mine', 'mine', 'mine']);
    expect(finals).toHaveLength(1);
  });

  it('keeps a subscription under the id of the client, until that ends it', async () => {
    const backend = await fixtureBackend();
    const caller = newCaller();
    const params = { notifications: { toolsListChanged: true }, _meta };
    const subscription = new Recorder(caller, 'subscriptions/listen', params);
    const work = backend.request(subscription);
    await expect.poll(() => subscription.notifications).toHaveLength(1);
    await run(backend, caller, 'tools/call', { name: 'test_trigger_tool_change', arguments: {}, _meta });
    await expect.poll(() => subscription.notifications).toHaveLength(2);
    for (const each of subscription.notifications) {
      const { [MetaKey.subscriptionId]: id } = JSON.parse(each).params._meta;
      expect(id).toBe(1);
    }
    work?.cancel('test');
    const nothing = new Recorder(caller, 'subscriptions/listen', { notifications: {}, _meta });
    backend.request(nothing);
    await nothing.done;
    const { [MetaKey.subscriptionId]: id } = JSON.parse(nothing.finals[0].result ?? '')._meta;
    expect(id).toBe(1);
    expect(subscription.finals).toEqual([]);
  });
});

describe('the headers of requests of the modern era', () => {
  /** A server whose tool `t` wants arguments repeated under `marks[n]` when its tools are listed for the nth time. */
  async function markedServer(marks: readonly string[]) {
    const received: IncomingHttpHeaders[] = [];
    let listed = 0;
    const result = ({ method }: { method: string }) => {
      if (method === 'server/discover') return { supportedVersions: ['2026-07-28'] };
      if (method !== 'tools/list') return { content: [] };
      const name = marks[Math.min(listed++, marks.length - 1)];
      return { tools: [{ name: 't', inputSchema: { properties: { where: { 'x-mcp-header': name } } } }] };
    };
    const http = createServer(async (request, response) => {
      const message = JSON.parse(await text(request));
      const isCall = message.method === 'tools/call';
      if (isCall) received.push(request.headers);
      const isMissing = isCall && request.headers[`mcp-param-${marks.at(-1)}`] === undefined;
      const answer = isMissing ? { error: { code: -32020, message: '' } } : { result: result(message) };
      response.writeHead(isMissing ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answer }));
    });
    const url = `http://127.0.0.1:${await listen(http)}/mcp`;
    onTestFinished(() => void http.close());
    return { url, received, listed: () => listed };
  }

  const params = { name: 't', arguments: { where: 'é' }, _meta };

  it('repeat method, name and what the schema marks; the tools are listed once', async () => {
    const server = await markedServer(['region']);
    const backend = backendFor(server.url);
    await Promise.all([1, 2, 3].map(() => run(backend, newCaller(), 'tools/call', params)));
    await run(backend, newCaller(), 'tools/call', params);
    expect(server.listed()).toBe(1);
    expect(server.received).toHaveLength(4);
    for (const headers of server.received)
      expect(headers).toMatchObject({
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 't',
        'mcp-param-region': '=?base64?w6k=?=',
      });
    expect(await backend.toolSchema(newCaller(), 't')).toEqual({ properties: { where: { 'x-mcp-header': 'region' } } });
  });

  it('are made anew, once, when the server does not find the ones it wants', async () => {
    const server = await markedServer(['old', 'new']);
    const { finals } = await run(backendFor(server.url), newCaller(), 'tools/call', params);
    expect(finals).toEqual([{ result: '{"content":[]}' }]);
    expect(server.received.map((headers) => headers['mcp-param-new'])).toEqual([undefined, '=?base64?w6k=?=']);
  });

  it('are given up when the server is still not content', async () => {
    const server = await markedServer(['old', 'older', 'new']);
    const { finals } = await run(backendFor(server.url), newCaller(), 'tools/call', params);
    expect(JSON.parse(finals[0].error ?? '').code).toBe(-32020);
    expect(server.received).toHaveLength(2);
  });
});
