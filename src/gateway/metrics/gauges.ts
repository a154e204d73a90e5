/** What main measures itself, at a scrape. */
export interface Gauges {
  readonly requestsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly errorRate: number;
  readonly timeoutRate: number;
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly goroutines: number;
}

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly field: keyof Gauges;
}

/** Rates are those of the last 10 s. */
export const gauges: readonly Gauge[] = [
  { name: 'mcp_requests_per_second', help: 'Requests and notifications received', field: 'requestsPerSecond' },
  { name: 'mcp_messages_per_second', help: 'JSON-RPC messages in and out', field: 'messagesPerSecond' },
  { name: 'mcp_bytes_per_second', help: 'Bytes of messages in and out', field: 'bytesPerSecond' },
  { name: 'mcp_error_rate', help: 'Share of replies that are errors, 0 to 1', field: 'errorRate' },
  { name: 'mcp_timeout_rate', help: 'Share of replies that are time-outs, 0 to 1', field: 'timeoutRate' },
  { name: 'mcp_cpu_usage_percent', help: 'Processor time, 100 = one core', field: 'cpuPercent' },
  { name: 'mcp_memory_usage_bytes', help: 'Resident memory', field: 'memoryBytes' },
  {
    name: 'mcp_goroutines_count',
    help: 'Pending requests, timers and sockets, in all threads',
    field: 'goroutines',
  },
];
