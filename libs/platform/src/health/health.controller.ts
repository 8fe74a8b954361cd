import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Failure } from '#domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../callers/route-access.js';
import { Health, metrics } from './health.js';

const loopback = /^(?:127\.|::1$|::ffff:127\.)/;

@Controller()
@Public()
export class HealthController {
  constructor(@Inject(Health) private readonly health: Health) {}

  /** The process answers; says nothing of what it depends on. */
  @Get('livez')
  live(): { readonly status: 'live' } {
    return { status: 'live' };
  }

  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const readiness = await this.health.readiness();
    await reply
      .code(readiness.status === 'ready' ? 200 : 503)
      .header('Cache-Control', 'no-store')
      .send(readiness);
  }

  /** Prometheus text format; to the machine itself only. */
  @Get('metrics')
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!loopback.test(request.socket.remoteAddress ?? ''))
      throw new Failure('caller.forbidden', 'metrics are given on this machine only', 'scrape over loopback');
    await reply.header('Content-Type', metrics.contentType).send(await metrics.metrics());
  }
}
