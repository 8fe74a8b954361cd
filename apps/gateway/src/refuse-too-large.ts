import { Transform, type TransformCallback } from 'node:stream';
import type { Failure } from '#domain';
import type { FastifyInstance, RequestPayload } from 'fastify';
import { bodyTooLarge, keptBytes, type RefuseRequest, senderOf } from './refuse-request.js';

/**
 * What is not wanted is read all the same and dropped, as far as it comes soon: an answer beside bytes that nobody has read is lost to
 * the sender when the connection is reset.
 */
const dropped = { bytesMax: 64 * 1024 * 1024, idleMsMax: 2_000 };

/** The first bytes of what comes; the rest is dropped. */
const startOf = (payload: RequestPayload): Promise<Buffer> =>
  new Promise((resolve) => {
    const start: Buffer[] = [];
    let bytes = 0;
    const done = (): void => {
      clearTimeout(idle);
      payload.off('data', take).off('end', done).off('error', done).pause();
      resolve(Buffer.concat(start).subarray(0, keptBytes));
    };
    const take = (chunk: Buffer): void => {
      if (bytes < keptBytes) start.push(chunk);
      bytes += chunk.byteLength;
      idle.refresh();
      if (bytes >= dropped.bytesMax) done();
    };
    const idle = setTimeout(done, dropped.idleMsMax);
    payload.on('data', take).on('end', done).on('error', done);
  });

/** Lets a body of unannounced length through as long as it is not too large; otherwise it ends with the refusal. */
class Bounded extends Transform {
  private readonly start: Buffer[] = [];
  private bytes = 0;
  private idle: NodeJS.Timeout | undefined;
  constructor(
    private readonly bytesMax: number,
    private readonly refuse: (start: Buffer) => Promise<Failure>,
  ) {
    super();
  }
  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.bytes < keptBytes) this.start.push(chunk);
    this.bytes += chunk.byteLength;
    if (this.bytes <= this.bytesMax) return done(null, chunk);
    clearTimeout(this.idle);
    // What is not called back for is not read on.
    if (this.bytes > this.bytesMax + dropped.bytesMax) return this.refused();
    this.idle = setTimeout(() => this.refused(), dropped.idleMsMax);
    done();
  }
  override _flush(done: TransformCallback): void {
    if (this.bytes <= this.bytesMax) done();
    else this.refused();
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.idle);
    done(error);
  }
  private refused(): void {
    clearTimeout(this.idle);
    const end = (error: Error): void => void this.destroy(error);
    this.refuse(Buffer.concat(this.start).subarray(0, keptBytes)).then(end, end);
  }
}

/**
 * A body that is too large is refused as any message is: into the journal, with its first 4 KB, before the answer (413). Its
 * announced length is believed; where none is announced, it is counted while it comes.
 */
export const refuseTooLarge = (fastify: FastifyInstance, refuse: RefuseRequest, bodyBytesMax: number): void => {
  const failure = bodyTooLarge(bodyBytesMax);
  fastify.addHook('preParsing', async (request, reply, payload) => {
    const announced = request.headers['content-length'];
    const caller = senderOf(request);
    if (!caller || (announced !== undefined && Number(announced) <= bodyBytesMax)) return payload;
    if (announced === undefined && request.headers['transfer-encoding'] === undefined) return payload;
    if (announced !== undefined) {
      const told = await refuse.keep(request, caller, { body: await startOf(payload), failure });
      // What else comes is not read: the connection is of no more use.
      await refuse.answer(request, reply.header('Connection', 'close'), caller, told);
      return payload;
    }
    const bounded = new Bounded(bodyBytesMax, (body) => refuse.keep(request, caller, { body, failure }));
    payload.on('error', (error: Error) => bounded.destroy(error));
    return payload.pipe(bounded);
  });
};
