import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestSpan, Traces } from './process-traces.js';

/**
 * Each request of a caller who was let in is a step, and within it lies what its handler does. Its line `access` and its answer bear the
 * trace's id. Hooks in front of this one have refused strangers: they begin no trace here.
 */
export const traceRequests = (fastify: FastifyInstance, begin: NonNullable<Traces['request']>): void => {
  const steps = new WeakMap<FastifyRequest, RequestSpan>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { url: route } = request.routeOptions;
    const step = request.caller && begin(request.headers['traceparent']?.toString(), fieldsOf(request, route));
    if (step) {
      steps.set(request, step);
      request.id = step.traceId;
      reply.raw.once('close', () => step.end({ status: reply.raw.statusCode }));
    }
    done();
  });
  // By then the body is read, by events of its socket, which belong to nobody.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const step = steps.get(request);
    if (step) step.run(done);
    else done();
  });
};

const fieldsOf = ({ method }: FastifyRequest, route: string | undefined) => ({
  method,
  ...(route !== undefined && { route }),
});
