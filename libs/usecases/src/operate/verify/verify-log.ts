import { chain, decodeEvent, emptyChain, Failure, type Finess, Position } from '#domain';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { ReplicaStatus } from '../../ports/replica-status.js';
import { askBuilds } from '../restores/certify-restores.js';
import { type Check, check, type Verdict, verdictOf } from './verdict.js';

export interface LogVerification {
  readonly verdict: Verdict;
  readonly examined: { readonly events: number; readonly bytes: number };
  readonly checks: readonly Check[];
}

/** A hash that a replica noted when it stood at a position. */
interface Noted {
  readonly replica: string;
  readonly generation: number;
  readonly position: Position;
  readonly chainHash: string;
}

/** Reads a log from its first event to its end: every event readable, none missing, and the same that the replicas applied. */
export class VerifyLog {
  constructor(
    private readonly log: EstablishmentLog,
    private readonly replicas: readonly ReplicaStatus[],
  ) {}

  /** Throws `log.gap`, `log.too-new`, `log.truncated`, `log.unreachable`. */
  async verify(establishment: Finess): Promise<LogVerification> {
    const noted = await this.notedHashes(establishment);
    const { first, last } = await this.log.range(establishment);
    if (first > 0)
      throw new Failure('log.gap', `${establishment}: 0-${first - 1} is missing`, 'restore it from the archive');
    const checks: Check[] = [];
    for (const { replica, generation, position } of noted)
      if (position > last)
        checks.push(
          check(`end of the log (replica ${replica}, generation ${generation})`, `${position} or later`, last),
        );
    let [events, bytes] = [0, 0];
    let hash = emptyChain;
    if (last !== Position.none)
      for await (const entries of this.log.read(establishment, Position.of(0), last)) {
        for (const { position, appendedAt, value } of entries) {
          decodeEvent(value);
          hash = chain(hash, position, appendedAt, value);
          events += 1;
          bytes += value.byteLength;
          for (const note of noted)
            if (note.position === position)
              checks.push(
                check(
                  `chain hash at ${position} (replica ${note.replica}, generation ${note.generation})`,
                  note.chainHash,
                  Buffer.from(hash).toString('hex'),
                ),
              );
        }
      }
    checks.push(check('events', last + 1, events));
    return { verdict: verdictOf(checks, [events]), examined: { events, bytes }, checks };
  }

  private async notedHashes(establishment: Finess): Promise<readonly Noted[]> {
    const noted: Noted[] = [];
    for (const [replica, reports] of await askBuilds(this.replicas)) {
      if (reports === 'unreachable') continue;
      for (const { establishment: of, generation, position, chainHash, state } of reports)
        if (of === establishment && (state === 'following' || state === 'built') && position !== Position.none)
          noted.push({ replica, generation, position, chainHash });
    }
    return noted;
  }
}
