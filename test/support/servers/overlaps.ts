import { type Answer, reply } from './server.ts';

/** Answers after so many ms, and counts the requests that came while another was under way on their connection. */
export function countOverlaps(millis: number): { readonly answer: Answer; readonly count: () => number } {
  const underWay = new Set<number>();
  let overlaps = 0;
  return {
    answer: (exchange) => {
      if (underWay.has(exchange.connection)) overlaps++;
      underWay.add(exchange.connection);
      setTimeout(() => {
        underWay.delete(exchange.connection);
        exchange.send(reply(exchange.id));
      }, millis);
    },
    count: () => overlaps,
  };
}
