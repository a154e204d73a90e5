import { findMember, textOf } from '../wire/json-member.ts';
import type { Message } from '../wire/jsonrpc.ts';
import { McpCode, methodIndex, methodName } from '../wire/mcp.ts';
import { headerParameters, MetaKey, modernHeaders, modernVersion } from '../wire/modern.ts';
import type { Exchange } from './exchange.ts';
import { routingKeys } from './routing-key.ts';
import { type SchemasByTool, ToolSchemas } from './tool-schemas.ts';
import type { UpstreamCall } from './upstream-call.ts';
import type { UpstreamClient } from './upstream-client.ts';

/** A server spoken to in the modern era: every request stands alone, and headers repeat what it says. */
export class ModernUpstream {
  readonly schemas: ToolSchemas;
  readonly #client: UpstreamClient;
  readonly #meta: Readonly<Record<string, unknown>>;
  #lastId = 0;
  #discovered: Buffer = Buffer.from('{}');
  #speaks: boolean | undefined = undefined;
  #probing: Promise<boolean> | undefined = undefined;

  /** `info`: who the gateway is, in requests of its own. */
  constructor(client: UpstreamClient, info: Readonly<Record<string, unknown>>) {
    this.#client = client;
    this.#meta = {
      [MetaKey.protocolVersion]: modernVersion,
      [MetaKey.clientInfo]: info,
      [MetaKey.clientCapabilities]: {},
    };
    this.schemas = new ToolSchemas((method, params) => this.#ask(method, params));
  }

  /** The result of `server/discover`, empty where there was none. */
  get discovered(): Buffer {
    return this.#discovered;
  }

  /** Whether the server speaks this era, found out once. Rejects when it cannot be reached. */
  spoken(): boolean | Promise<boolean> {
    if (this.#speaks !== undefined) return this.#speaks;
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #probe(): Promise<boolean> {
    this.#speaks = await this.#offered();
    return this.#speaks;
  }

  /** As a modern client finds it out: what is no answer of this era is one of the other. */
  async #offered(): Promise<boolean> {
    const answer = await this.#ask('server/discover', {});
    if (answer === undefined) return false;
    const { bytes, resultStart, resultEnd, errorStart, errorEnd } = answer;
    if (resultStart >= 0) {
      this.#discovered = bytes.subarray(resultStart, resultEnd);
      return offersModern(JSON.parse(this.#discovered.toString()).supportedVersions);
    }
    const { code, data } = JSON.parse(bytes.toString('utf8', errorStart, errorEnd));
    if (code === McpCode.unsupportedVersion) return offersModern(data?.supported);
    return code === McpCode.headerMismatch || code === McpCode.missingCapability;
  }

  /** Sends a call, when the server's tools are known if it calls one: which arguments headers repeat is in their schemas. */
  send(call: UpstreamCall): void {
    const { method } = call.exchange;
    if (method !== methodIndex['tools/call']) call.send(this.#headers(call.exchange));
    else if (this.schemas.known !== undefined) call.send(this.#headers(call.exchange, this.schemas.known));
    else this.sendListed(call);
  }

  /** Asks for the server's tools first; where it does not list them headers repeat no arguments. */
  sendListed(call: UpstreamCall): void {
    this.schemas.list().then(
      (known) => call.send(this.#headers(call.exchange, known)),
      () => call.send(this.#headers(call.exchange)),
    );
  }

  #ask(method: string, params: Readonly<Record<string, unknown>>): Promise<Message | undefined> {
    const complete = { ...params, _meta: this.#meta };
    const body = { jsonrpc: '2.0', id: ++this.#lastId, method, params: complete };
    const headers = [...this.#client.headers(undefined), ...modernHeaders(method, complete).flat()];
    return this.#client.ask(Buffer.from(JSON.stringify(body)), headers);
  }

  #headers({ request, method }: Exchange, schemas?: SchemasByTool): string[] {
    const key = routingKeys.modern.get(method);
    const name = key === undefined ? undefined : textOf(findMember(request.params, key));
    const schema = name === undefined ? undefined : schemas?.get(name);
    const params = {
      _meta: { [MetaKey.protocolVersion]: modernVersion },
      ...(key !== undefined && { [key]: name }),
      ...(headerParameters(schema).length > 0 && { arguments: argumentsOf(request) }),
    };
    return [...this.#client.headers(undefined), ...modernHeaders(methodName(request), params, schema).flat()];
  }
}

function offersModern(versions: unknown): boolean {
  return Array.isArray(versions) && versions.includes(modernVersion);
}

function argumentsOf({ params }: Message): unknown {
  const given = findMember(params, 'arguments');
  return Buffer.isBuffer(given) ? JSON.parse(given.toString()) : undefined;
}
