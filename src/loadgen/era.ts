import type { ScenarioPlan } from '../scenario/plan.ts';
import { type Era, isLegacyVersion, McpCode } from '../wire/mcp.ts';
import { MetaKey, modernVersion } from '../wire/modern.ts';
import type { ScenarioFacts } from './facts.ts';
import { serverOf, statusDuring } from './initialize.ts';
import type { Answer, Inquiry } from './inquiry.ts';
import { isObject, parseObject } from './json.ts';
import type { OpenFailure } from './transport.ts';
import { Unreachable } from './unreachable.ts';

type Found = Pick<ScenarioFacts, 'era' | 'server'>;

/**
 * Finds out which era a target speaks by asking `server/discover`, as a modern client would.
 *
 *     answer                                     era
 *     result that offers our modern version      modern
 *     −32022 that offers it, −32020, −32021      modern
 *     HTTP 3xx, 401, 403, 5xx                    none: the target cannot be used
 *     −32022 that offers only other modern ones  none: there is no common version
 *     text that is not JSON                      none
 *     anything else                              legacy
 *     silence for half the time to connect       legacy; over HTTP the target cannot be used
 *     connection closed, or no MCP at all        the same
 */
export async function discoverEra(inquiry: Inquiry, { target, connectTimeout }: ScenarioPlan): Promise<Found> {
  const isHttp = target.transport === 'http';
  const asked = inquiry.ask('server/discover', {}, 'modern', isHttp ? connectTimeout : connectTimeout / 2);
  const answer = isHttp ? await asked : await asked.catch((error: unknown) => refused(inquiry, error));
  return answer === undefined ? { era: 'legacy' } : foundIn(answer);
}

/** Who does not know the question may say so by silence or by leaving; who speaks something else will do so again. */
async function refused(inquiry: Inquiry, error: unknown): Promise<undefined> {
  if (!(error instanceof Unreachable)) throw error;
  if (error.failure.reason !== 'timeout') await inquiry.reopen();
}

/** The target is said to be modern: it has to answer like one. */
export async function requireModern(inquiry: Inquiry, { connectTimeout }: ScenarioPlan): Promise<Found> {
  const answer = await inquiry.ask('server/discover', {}, 'modern', connectTimeout);
  const found = foundIn(answer);
  if (found.era === 'modern') return found;
  const message = `it does not speak MCP ${modernVersion}: server/discover was answered with ${inWords(answer)}`;
  throw new Unreachable({ reason: 'handshake', message });
}

function foundIn(answer: Answer): Found {
  const { status, text } = answer;
  if (status === 401 || status === 403 || status >= 500) throw new Unreachable(statusDuring('server/discover', status));
  const reply = parseObject(text);
  if (status === 200 && reply === undefined) throw new Unreachable(notJson(text));
  if (isObject(reply?.result)) return offered(reply.result);
  return { era: isObject(reply?.error) ? eraOfError(reply.error) : 'legacy' };
}

function notJson(text: string): OpenFailure {
  return {
    reason: 'handshake',
    message: `what came in answer to server/discover is not JSON-RPC: ${text.slice(0, 200)}`,
  };
}

function offered(result: Record<string, unknown>): Found {
  if (!namesModern(result.supportedVersions)) return { era: 'legacy' };
  const info = isObject(result._meta) ? result._meta[MetaKey.serverInfo] : undefined;
  return { era: 'modern', ...(isObject(info) && { server: serverOf(info) }) };
}

function eraOfError({ code, data }: Record<string, unknown>): Era {
  if (code === McpCode.headerMismatch || code === McpCode.missingCapability) return 'modern';
  if (code !== McpCode.unsupportedVersion || !isObject(data) || !Array.isArray(data.supported)) return 'legacy';
  if (namesModern(data.supported)) return 'modern';
  if (data.supported.length === 0 || data.supported.some((version) => isLegacyVersion(String(version))))
    return 'legacy';
  throw new Unreachable({ reason: 'handshake', message: `it speaks only MCP ${data.supported.join(', ')}` });
}

function namesModern(versions: unknown): boolean {
  return Array.isArray(versions) && versions.includes(modernVersion);
}

function inWords({ status, text }: Answer): string {
  return text === '' ? `HTTP ${status}` : text.slice(0, 200);
}
