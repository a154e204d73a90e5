import { findMember, replaced } from '../wire/json-member.ts';
import type { Message } from '../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../wire/mcp.ts';
import { MetaKey } from '../wire/modern.ts';

const progressToken = 'progressToken';

/** The token under which a request asks for progress, JSON, as it lies in the request. */
export function progressTokenOf({ meta }: Message): Buffer | undefined {
  return memberIn(meta, progressToken);
}

/** The parameters of a request that asks for progress under `name` in the place of its own `token`. */
export function paramsWithToken({ params }: Message, token: Buffer, name: string): Buffer | undefined {
  return params === undefined ? undefined : replaced(params, token, Buffer.from(name));
}

/**
 * What a server notifies the sender of a request of, which it knows by `name`, the request's id and progress token
 * upstream, in the client's own words. `token`: the client's.
 */
export function notificationFor(request: Message, token: Buffer | undefined, name: string, from: Message): Buffer {
  const { bytes, params, meta } = from;
  const method = methodOf(from);
  if (method === methodIndex['notifications/progress']) return renamed(bytes, params, progressToken, name, token);
  if (method === methodIndex['notifications/cancelled'])
    return renamed(bytes, params, 'requestId', name, idOf(request));
  return renamed(bytes, meta, MetaKey.subscriptionId, name, idOf(request));
}

/** The result of a subscription, likewise. */
export function subscriptionResultFor(request: Message, name: string, result: Buffer): Buffer {
  const meta = memberIn(result, '_meta');
  return renamed(result, meta, MetaKey.subscriptionId, name, idOf(request));
}

function idOf({ bytes, idStart, idEnd }: Message): Buffer {
  return bytes.subarray(idStart, idEnd);
}

/** `whole` with `other` where `object`, which lies in it, has `name` as its member `key`. */
function renamed(
  whole: Buffer,
  object: Buffer | undefined,
  key: string,
  name: string,
  other: Buffer | undefined,
): Buffer {
  const found = memberIn(object, key);
  return other !== undefined && found?.toString('latin1') === name ? replaced(whole, found, other) : whole;
}

function memberIn(object: Buffer | undefined, key: string): Buffer | undefined {
  const value = findMember(object, key);
  return value === 'ambiguous' ? undefined : value;
}
