/** The part of autocannon's API used here; the package has no types of its own. */
declare module 'autocannon' {
  interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds; passed over where there is an amount. */
    readonly duration: number;
    /** Requests in all. */
    readonly amount?: number;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Requests a second, all connections together. */
    readonly overallRate?: number;
    readonly ignoreCoordinatedOmission?: boolean;
    /** Seconds until a request is an error. */
    readonly timeout?: number;
    /** ms between looks at whether the time is over. */
    readonly sampleInt?: number;
    readonly tlsOptions?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
    readonly servername?: string;
    /** Called with every connection before its first request. */
    readonly setupClient?: (client: Client) => void;
  }

  interface Client {
    setHeaders(headers: Readonly<Record<string, string>>): void;
  }

  interface Result {
    readonly requests: { readonly total: number };
    /** Seconds. */
    readonly duration: number;
    /** Time-outs included. */
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
    readonly '2xx': number;
    /** ms. */
    readonly latency: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  }

  interface Instance extends Promise<Result> {
    stop(): void;
  }

  export default function autocannon(options: Options): Instance;
}
