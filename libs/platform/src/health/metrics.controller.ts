import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Failure } from '#domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../callers/route-access.js';
import { metrics, metricsText } from './health.js';

const loopback = /^(?:127\.|::1$|::ffff:127\.)/;
const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
/** What proxies add: RFC 7239, RFC 9110 (7.6.3), and what is usual beside them. */
const forwarded =
  /^(?:forwarded|via|x-forwarded|x-forwarded-.*|x-real-ip|x-client-ip|x-cluster-client-ip|x-original-.*|x-envoy-.*|true-client-ip|fastly-client-ip|cf-.*|cdn-loop)$/;

/** Does the request come from this machine itself, and not through a proxy that runs on it? */
export const isFromHere = ({ socket, headers }: Pick<FastifyRequest, 'socket' | 'headers'>): boolean =>
  loopback.test(socket.remoteAddress ?? '') &&
  loopbackHost.test(headers.host ?? 'localhost') &&
  !Object.keys(headers).some((name) => forwarded.test(name));

const send = async (reply: FastifyReply): Promise<void> => {
  await reply.header('Content-Type', metrics.contentType).send(await metricsText());
};

/** Prometheus text format; to the machine itself only. */
@ApiExcludeController()
@Controller('metrics')
@Public()
export class LocalMetricsController {
  @Get()
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!isFromHere(request))
      throw new Failure(
        'caller.forbidden',
        'metrics are given on this machine only, and not through a proxy',
        'scrape over loopback, or give them a port of their own: REPRISE_METRICS_PORT',
      );
    await send(reply);
  }
}

/** On a port of its own: who may reach the port may read them. */
@ApiExcludeController()
@Controller('metrics')
@Public()
export class MetricsController {
  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await send(reply);
  }
}
