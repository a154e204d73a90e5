import { type Era, type MethodIndex, methodIndex } from '../wire/mcp.ts';

type Keys = ReadonlyMap<MethodIndex, 'name' | 'uri'>;

const modern: Keys = new Map([
  [methodIndex['tools/call'], 'name'],
  [methodIndex['prompts/get'], 'name'],
  [methodIndex['resources/read'], 'uri'],
]);

/** The member of `params` that decides who serves a request, by method. */
export const routingKeys: Readonly<Record<Era, Keys>> = {
  modern,
  legacy: new Map([
    ...modern,
    [methodIndex['resources/subscribe'], 'uri'],
    [methodIndex['resources/unsubscribe'], 'uri'],
  ]),
};
