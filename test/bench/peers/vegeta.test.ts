import { expect, it } from 'vitest';
import { parseVegeta } from '../../../bench/peers/vegeta.ts';

/** What `vegeta report -type json` of version 12.13.0 printed. */
const good =
  '{"latencies":{"total":5406944524,"mean":486454,"50th":324693,"90th":652932,"95th":839565,"99th":4488030,"max":34642695,"min":47208},"bytes_in":{"total":0,"mean":0},"bytes_out":{"total":611325,"mean":55},"earliest":"2026-11-27T21:04:19.817077422Z","latest":"2026-11-27T21:04:20.81697257Z","end":"2026-11-27T21:04:20.817111171Z","duration":999895148,"wait":138601,"requests":11115,"rate":11116.165552190478,"throughput":11114.624892524502,"success":1,"status_codes":{"200":11115},"errors":[]}';
const refused =
  '{"latencies":{"total":29894132,"mean":597882,"50th":411758,"90th":597066,"95th":2122024,"99th":4108614,"max":4108614,"min":224100},"bytes_in":{"total":0,"mean":0},"bytes_out":{"total":0,"mean":0},"earliest":"2026-11-27T21:20:00.143674912Z","latest":"2026-11-27T21:20:01.123213529Z","end":"2026-11-27T21:20:01.123598101Z","duration":979538617,"wait":384572,"requests":50,"rate":51.044439833452735,"throughput":0,"success":0,"status_codes":{"405":50},"errors":["405 Method Not Allowed"]}';

it('reads requests, rate and latency', () => {
  expect(parseVegeta(good)).toEqual({
    requests: 11115,
    requestsPerSecond: 11114.624892524502,
    errors: 0,
    latency: { p50: 324.693, p99: 4488.03, max: 34642.695 },
  });
});

it('counts refused requests as errors', () => {
  expect(parseVegeta(refused)).toMatchObject({ requests: 50, requestsPerSecond: 0, errors: 50 });
});
