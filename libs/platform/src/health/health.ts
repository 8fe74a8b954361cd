import { Failure } from '#domain';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Returns when the dependency is there; throws otherwise, a `Failure` where it can say what is wrong. */
export type HealthCheck = () => Promise<unknown>;
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

export interface Readiness {
  readonly status: 'ready' | 'not-ready' | 'draining';
  readonly dependencies: Readonly<Record<string, { readonly ok: boolean; readonly reason?: string }>>;
}

/** @limit All HTTP doors | how long `/readyz` waits for a dependency | told as not ready */
const checkMsMax = 2_000;
const freshMs = 1_000;

/** Whether this process can do its work, and its numbers. */
export class Health {
  private draining = false;
  private last: { readonly at: number; readonly readiness: Promise<Readiness> } | undefined;

  constructor(private readonly checks: HealthChecks) {}

  drain(): void {
    this.draining = true;
  }

  /** Strangers may ask: the dependencies are bothered at most once a second. */
  async readiness(): Promise<Readiness> {
    const now = performance.now();
    if (!this.last || now - this.last.at > freshMs) this.last = { at: now, readiness: this.check() };
    const readiness = await this.last.readiness;
    return this.draining ? { ...readiness, status: 'draining' } : readiness;
  }

  private async check(): Promise<Readiness> {
    const dependencies = Object.fromEntries(
      await Promise.all(
        Object.entries(this.checks).map(async ([name, check]) => [name, await stateOf(check)] as const),
      ),
    );
    const ready = Object.values(dependencies).every(({ ok }) => ok);
    return { status: ready ? 'ready' : 'not-ready', dependencies };
  }
}

const stateOf = async (check: HealthCheck): Promise<{ ok: boolean; reason?: string }> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), checkMsMax);
  });
  try {
    const first = await Promise.race([check(), late]);
    return first === 'late' ? { ok: false, reason: `no answer within ${checkMsMax} ms` } : { ok: true };
  } catch (error) {
    return { ok: false, reason: error instanceof Failure ? `${error.code}: ${error.message}` : 'it failed' };
  } finally {
    clearTimeout(timer);
  }
};

/** One registry per process: the process's own numbers, and what the app adds. */
export const metrics = new Registry();
collectDefaultMetrics({ register: metrics, prefix: 'reprise_' });

let scraped: { readonly at: number; readonly text: Promise<string> } | undefined;

/** Prometheus text format, made at most once a second: asking costs nothing. */
export const metricsText = (): Promise<string> => {
  const now = performance.now();
  if (!scraped || now - scraped.at > freshMs) scraped = { at: now, text: metrics.metrics() };
  return scraped.text;
};
