import { type MethodIndex, methodIndex } from '../wire/mcp.ts';

/** The member of `params` that decides who serves a request, by method. */
export const routingKeys: ReadonlyMap<MethodIndex, 'name' | 'uri'> = new Map([
  [methodIndex['tools/call'], 'name'],
  [methodIndex['prompts/get'], 'name'],
  [methodIndex['resources/read'], 'uri'],
  [methodIndex['resources/subscribe'], 'uri'],
  [methodIndex['resources/unsubscribe'], 'uri'],
]);
