import { expect, it } from 'vitest';
import { parseBombardier } from '../../../bench/peers/bombardier.ts';

/** What `bombardier -o json -l -c 8 -d 1s` of version 1.2.6 printed. */
const output =
  '{"spec":{"numberOfConnections":8,"testType":"timed","testDurationSeconds":1,"method":"POST","url":"http://127.0.0.1:50059/mcp","body":"{}","stream":false,"timeoutSeconds":30,"client":"fasthttp"},"result":{"bytesRead":5849265,"bytesWritten":5193006,"timeTakenSeconds":0.999652262,"req1xx":0,"req2xx":28533,"req3xx":0,"req4xx":0,"req5xx":0,"others":0,"latency":{"mean":277.5523779483405,"stddev":466.39636334431344,"max":13497,"percentiles":{"50":244,"75":314,"90":369,"95":404,"99":618}},"rps":{"mean":28617.25339566722,"stddev":8892.468157083664,"max":35740.40631636096,"percentiles":{"50":32001.692954,"75":33034.752162,"90":33546.598972,"95":33824.023513,"99":35740.406316}}}}';

it('reads requests, rate and latency', () => {
  expect(parseBombardier(output)).toEqual({
    requests: 28533,
    requestsPerSecond: 28533 / 0.999652262,
    errors: 0,
    latency: { p50: 244, p99: 618, max: 13497 },
  });
});

it('counts whatever is not 2xx as an error', () => {
  const failed = output.replace('"req4xx":0,"req5xx":0,"others":0', '"req4xx":20,"req5xx":300,"others":4000');
  expect(parseBombardier(failed)).toMatchObject({ requests: 28533, errors: 4320 });
});
