import { findMember, withMembers } from '../wire/json-member.ts';
import { errorObject, type Message, RpcCode, readMessage } from '../wire/jsonrpc.ts';
import { McpCode, type MethodIndex, methodIndex, methodName } from '../wire/mcp.ts';
import { MetaKey, modernVersion } from '../wire/modern.ts';
import type { Answer, Exchange } from './exchange.ts';
import { ForwardedExchange } from './forwarded-exchange.ts';

/** Methods that the modern era does not have, or has otherwise. */
const legacyOnly: ReadonlySet<MethodIndex> = new Set([
  methodIndex.initialize,
  methodIndex.ping,
  methodIndex['logging/setLevel'],
  methodIndex['resources/subscribe'],
  methodIndex['resources/unsubscribe'],
  methodIndex['tasks/get'],
  methodIndex['tasks/list'],
  methodIndex['tasks/result'],
  methodIndex['tasks/update'],
  methodIndex['tasks/cancel'],
]);

/** Methods whose results say how long they may be kept. */
const cacheable: ReadonlySet<MethodIndex> = new Set([
  methodIndex['tools/list'],
  methodIndex['resources/list'],
  methodIndex['resources/templates/list'],
  methodIndex['resources/read'],
  methodIndex['prompts/list'],
]);

const complete = '"resultType":"complete"';
const uncached = '"ttlMs":0,"cacheScope":"private"';

/** What a legacy server cannot be asked for a modern client is answered here. */
export function answersItself(exchange: Exchange): boolean {
  const { method } = exchange;
  if (legacyOnly.has(method)) exchange.error(unknownMethod(exchange.request));
  else if (method === methodIndex['subscriptions/listen']) subscribeToNothing(exchange);
  else return false;
  return true;
}

/** The result of `server/discover` for a server that answered `initialize` so: what it tells unasked is not passed on. */
export function discoveredFrom(initialized: Buffer): Buffer {
  const { capabilities = {}, serverInfo, instructions } = JSON.parse(initialized.toString());
  const { tools, prompts, resources, completions } = capabilities;
  const offered = { ...(tools && { tools: {} }), ...(prompts && { prompts: {} }), ...(resources && { resources: {} }) };
  const result = {
    supportedVersions: [modernVersion],
    capabilities: { ...offered, ...(completions && { completions }) },
    instructions,
    _meta: { [MetaKey.serverInfo]: serverInfo },
  };
  return withMembers(Buffer.from(JSON.stringify(result)), `${complete},${uncached}`);
}

/** A modern client's request as a legacy server serves it: the server has been told that the client can do nothing. */
export class ModernToLegacy extends ForwardedExchange {
  readonly era = 'legacy';

  constructor(client: Exchange) {
    super(client, client.request);
  }

  /** Progress, and log messages if the client wants them; the rest belongs to subscriptions. */
  override notify(notification: Buffer): void {
    const message = readMessage(notification);
    const name = methodName(message);
    const wantsLog = findMember(this.request.meta, MetaKey.logLevel) !== undefined;
    if (name === 'notifications/progress' || (name === 'notifications/message' && wantsLog)) super.notify(notification);
  }

  override async ask(request: Message): Promise<Answer> {
    return { member: 'error', value: unknownMethod(request) };
  }

  override result(value: Buffer): void {
    super.result(withMembers(value, cacheable.has(this.method) ? `${complete},${uncached}` : complete));
  }

  override error(value: Buffer): void {
    const code = findMember(value, 'code')?.toString();
    if (code !== String(McpCode.resourceNotFound)) return super.error(value);
    super.error(Buffer.from(JSON.stringify({ ...JSON.parse(value.toString()), code: RpcCode.badParams })));
  }
}

/** A subscription to none of what the client wants to hear of, which is therefore over at once. */
function subscribeToNothing(exchange: Exchange): void {
  const { bytes, idStart, idEnd } = exchange.request;
  const meta = `"_meta":{"${MetaKey.subscriptionId}":${bytes.toString('utf8', idStart, idEnd)}}`;
  const method = 'notifications/subscriptions/acknowledged';
  exchange.notify(Buffer.from(`{"jsonrpc":"2.0","method":"${method}","params":{"notifications":{},${meta}}}`));
  exchange.result(Buffer.from(`{${complete},${meta}}`));
}

function unknownMethod(request: Message): Buffer {
  return errorObject(RpcCode.unknownMethod, `Method not found: ${methodName(request)}`);
}
