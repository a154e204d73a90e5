import { describe, expect, it } from 'vitest';
import { parseWrk } from '../../../bench/peers/wrk.ts';

const output = `Running 4s test @ http://127.0.0.1:44483/mcp
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   381.35us   72.54us   2.71ms   92.36%
    Req/Sec   167.08k     2.15k  170.79k    67.50%
  664470 requests in 4.00s, 129.91MB read
Requests/sec: 165969.33
Transfer/sec:     32.45MB
`;

describe('parseWrk', () => {
  it('reads requests and rate', () => {
    expect(parseWrk(output)).toEqual({ requests: 664470, requestsPerSecond: 165969.33, errors: 0, latency: null });
  });

  it('adds up errors of every kind', () => {
    const failed = `  Socket errors: connect 1, read 20, write 300, timeout 4000\n  Non-2xx or 3xx responses: 50000\nRequests/sec`;
    expect(parseWrk(output.replace('Requests/sec', failed)).errors).toBe(54321);
  });

  it('refuses a text without a result', () => {
    expect(() => parseWrk('unable to connect to 127.0.0.1:9 Connection refused')).toThrow(
      /no result: unable to connect/,
    );
  });
});
