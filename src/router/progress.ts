import { findMember } from '../wire/json-member.ts';
import type { Message } from '../wire/jsonrpc.ts';
import { methodIndex, methodOf } from '../wire/mcp.ts';

const key = 'progressToken';

/** The token under which a request asks for progress, JSON, as it lies in the request. */
export function progressTokenOf({ meta }: Message): Buffer | undefined {
  return part(meta);
}

/** The parameters of a request that asks for progress under `other` in the place of its own `token`. */
export function paramsWithToken({ params }: Message, token: Buffer, other: string): Buffer | undefined {
  return params === undefined ? undefined : spliced(params, token, Buffer.from(other));
}

/** A notification, which tells of progress under `token` where it told of it under `other`. */
export function restoreToken(notification: Message, other: string, token: Buffer): Buffer {
  const { bytes, params } = notification;
  if (methodOf(notification) !== methodIndex['notifications/progress']) return bytes;
  const found = part(params);
  return found?.toString('latin1') === other ? spliced(bytes, found, token) : bytes;
}

function part(object: Buffer | undefined): Buffer | undefined {
  const token = findMember(object, key);
  return token === 'ambiguous' ? undefined : token;
}

/** `whole` with `other` where `part` lies in it. */
function spliced(whole: Buffer, part: Buffer, other: Buffer): Buffer {
  const start = part.byteOffset - whole.byteOffset;
  return Buffer.concat([whole.subarray(0, start), other, whole.subarray(start + part.length)]);
}
