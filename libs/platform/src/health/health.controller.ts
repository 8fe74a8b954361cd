import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../callers/route-access.js';
import { Health } from './health.js';

@ApiExcludeController()
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
    await reply.code(readiness.status === 'ready' ? 200 : 503).send(readiness);
  }
}
