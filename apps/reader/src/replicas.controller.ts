import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Failure, Instant } from '#domain';
import { Callers, type ReaderCaller, TheCaller } from '#platform';
import { ageSeconds, type Level, levelState, ReadRecords } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReaderContext } from './reader-context.js';
import { ByKeys } from './take-turns.js';

/** How level one replica is with what the caller may see of it. */
export interface ReplicaLevel {
  readonly replica: string;
  /** Address of its reader. */
  readonly url: string;
  readonly state: 'reachable' | 'unreachable';
  /** Were all of its establishments level with their logs within the last minute? */
  readonly level: boolean;
  readonly establishments: readonly {
    readonly establishment: string;
    readonly position: number;
    readonly timeline: number;
    readonly levelAt: string;
    readonly ageSeconds: number;
    readonly state: string;
    readonly incompleteSince?: string;
  }[];
}

/** @limit Reader | how long `/replicas` waits for another reader | told as unreachable */
const peerMsMax = 1_000;

/** Which replicas serve the territory, and which of them to ask. */
@Controller('replicas')
@Callers('reader')
@ByKeys()
export class ReplicasController {
  constructor(
    @Inject(ReaderContext) private readonly context: ReaderContext,
    @Inject(ReadRecords) private readonly reads: ReadRecords,
  ) {}

  /** Others are asked with the caller's own token: what they tell is what they would tell the caller. */
  @Get()
  async all(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @TheCaller() caller: ReaderCaller,
  ): Promise<void> {
    const { replica: own, territory, readers } = this.context;
    const replicas = await Promise.all(
      Array.from(readers, ([replica, url]) =>
        replica === own ? this.ownLevel(caller) : askPeer(replica, url, request.headers.authorization ?? ''),
      ),
    );
    void reply.send({ territory, replicas });
  }

  /** This replica alone: what the readers ask each other. */
  @Get(':replica')
  async one(
    @Req() request: FastifyRequest<{ Params: { replica: string } }>,
    @Res() reply: FastifyReply,
    @TheCaller() caller: ReaderCaller,
  ): Promise<void> {
    if (request.params.replica !== this.context.replica)
      throw new Failure('not-found', 'another replica is read here', 'GET /replicas names all of them');
    void reply.send(await this.ownLevel(caller));
  }

  /** With its Postgres gone it still tells where the others are. */
  private async ownLevel(caller: ReaderCaller): Promise<ReplicaLevel> {
    const { replica, url } = this.context;
    try {
      const levels = await this.reads.levels(caller.establishments);
      const now = this.context.now();
      const establishments = levels.map((level) => told(level, now));
      const level = levels.length > 0 && levels.every((one) => levelState({ ...one, restored: false }, now) === 'live');
      return { replica, url, state: 'reachable', level, establishments };
    } catch (error) {
      if (Failure.is(error, 'replica.unreachable')) return unreachable(replica, url);
      throw error;
    }
  }
}

const unreachable = (replica: string, url: string): ReplicaLevel => ({
  replica,
  url,
  state: 'unreachable',
  level: false,
  establishments: [],
});

const told = (level: Level, now: Instant): ReplicaLevel['establishments'][number] => ({
  establishment: level.establishment,
  position: level.position,
  timeline: level.timeline,
  levelAt: Instant.iso(level.levelAt),
  ageSeconds: ageSeconds(level, now),
  state: levelState(level, now),
  ...(level.incompleteSince !== undefined && { incompleteSince: Instant.iso(level.incompleteSince) }),
});

const askPeer = async (replica: string, url: string, authorization: string): Promise<ReplicaLevel> => {
  try {
    const answer = await fetch(`${url}/replicas/${encodeURIComponent(replica)}`, {
      headers: { authorization },
      redirect: 'error',
      signal: AbortSignal.timeout(peerMsMax),
    });
    const body: unknown = answer.ok ? await answer.json() : undefined;
    return isReplicaLevel(body) ? { ...body, replica, url } : unreachable(replica, url);
  } catch {
    return unreachable(replica, url);
  }
};

const isReplicaLevel = (body: unknown): body is ReplicaLevel =>
  typeof body === 'object' && body !== null && 'establishments' in body && Array.isArray(body.establishments);
