/**
 * Connections of a client over HTTP whose responses go on behind what anybody waits for, where they are not half of all
 * it has: beyond that the oldest gives way to one that is wanted.
 */
export const mostLingering = 8;

/**
 * Connections for requests that a client with so many exchanges in flight has at most: one for each, one for what it
 * answers to the target, and those that linger.
 */
export function mostConnections(inFlight: number): number {
  return inFlight + 1 + Math.max(mostLingering, inFlight);
}
