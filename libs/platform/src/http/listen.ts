import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { httpLimits } from './connections.js';

/** Opens the door of an HTTP app. */
export const listen = async (app: NestFastifyApplication, port: number, host: string): Promise<void> => {
  await app.listen({ port, host, backlog: httpLimits.handshakesMax });
};

/** `REPRISE_METRICS_PORT` and `REPRISE_HOST` as an option of `httpApp`. */
export const metricsAt = ({
  metricsPort,
  host,
}: {
  readonly metricsPort?: number;
  readonly host: string;
}): { readonly metricsAt?: { readonly port: number; readonly host: string } } =>
  metricsPort === undefined ? {} : { metricsAt: { port: metricsPort, host } };
