/** As much of it as the benches use; the package brings no types. */
declare module 'autocannon' {
  interface Options<Request> {
    readonly url: string;
    readonly connections: number;
    /** Requests a second, over all connections. */
    readonly overallRate?: number;
    /** Seconds. */
    readonly duration: number;
    readonly requests: readonly { readonly setupRequest: (request: Request) => Request }[];
  }
  interface Result {
    readonly latency: { readonly p50: number; readonly p99: number };
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    readonly duration: number;
  }
  export default function autocannon<Request>(options: Options<Request>): Promise<Result>;
}
