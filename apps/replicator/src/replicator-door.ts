import { Module } from '@nestjs/common';
import { type HealthChecks, HealthModule, type HttpAppOptions, listen, probesApp } from '#platform';

@Module({})
class NothingElse {}

/** `/livez`, `/readyz` and `/metrics`, for whoever watches this process; open before the replica is there, so that it lives while it waits. */
export const openDoor = async (
  { port, host }: { readonly port: number; readonly host: string },
  checks: HealthChecks,
  options: Pick<HttpAppOptions, 'log' | 'tls'>,
): Promise<{ close(): Promise<void>; readonly port: number }> => {
  const app = await probesApp({ module: NothingElse, imports: [HealthModule.forRoot(checks)] }, options);
  await listen(app, port, host);
  const address = app.getHttpServer().address();
  return { close: () => app.close(), port: typeof address === 'object' && address ? address.port : port };
};
