import { Failure, type Finess, type Instant, Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { LiveReport, ReplicaStatus } from '../../ports/replica-status.js';
import { type Problem, ProblemSource } from './problem.js';
import { answerWithinMs, noAnswer, within } from './within.js';

/**
 * A replicator says that it lives every two seconds; one that has said nothing for so long is dead, frozen, or cannot write.
 * @limit Control | how long a replicator may say nothing | `status`: silent, exit 1
 */
export const replicatorSilentSeconds = 10;
/**
 * A replica that has not been level with its log for so long.
 * @limit Control | how long a replica may be behind | `status`: behind, exit 1
 */
export const behindSeconds = 60;

const doctor = 'reprise doctor';

const replicaAway = (): never => {
  throw noAnswer('replica.unreachable', answerWithinMs);
};

/** What was asked of a replica; `unreachable` where it does not answer in time. */
export const orUnreachable = async <T>(asked: Promise<T>): Promise<T | 'unreachable'> => {
  try {
    return await within(answerWithinMs, asked, replicaAway);
  } catch (error) {
    if (Failure.is(error, 'replica.unreachable')) return 'unreachable';
    throw error;
  }
};

/** What a replica tells of its live generations. */
export const askLive = (replica: ReplicaStatus): Promise<readonly LiveReport[] | 'unreachable'> =>
  orUnreachable(replica.live());

/** The newest position of a log; `unknown` where it does not answer in time. */
export const askEnd = async (log: EstablishmentLog, establishment: Finess): Promise<Position | 'unknown'> => {
  try {
    const range = within(answerWithinMs, log.range(establishment), () => {
      throw noAnswer('log.unreachable', answerWithinMs);
    });
    return (await range).last;
  } catch (error) {
    if (Failure.is(error)) return 'unknown';
    throw error;
  }
};

/** For how long the process that writes this replica has said nothing; undefined where it is heard. Never heard counts as for ever. */
export const silentFor = (live: readonly LiveReport[]): number | 'never' | undefined => {
  if (live.length === 0) return undefined;
  const heard = live.flatMap(({ heardSecondsAgo }) => heardSecondsAgo ?? []);
  if (heard.length === 0) return 'never';
  const seconds = Math.min(...heard);
  return seconds > replicatorSilentSeconds ? Math.round(seconds) : undefined;
};

/** Of one replica by name, one sentence: why it does not follow. */
export const silenceOf = (replica: string, seconds: number | 'never'): string =>
  seconds === 'never'
    ? `replica ${replica}: its replicator has never been heard`
    : `replica ${replica}: its replicator has said nothing for ${seconds} s`;

/** The log, and whoever follows it: what is away, silent, halted or behind. */
export class FollowerProblems extends ProblemSource {
  override readonly name = 'replicas and log';

  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
  ) {
    super();
  }

  override async look(directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const establishments = [...directory.establishments.keys()];
    const [ends, ...problems] = await Promise.all([
      Promise.all(establishments.map(async (finess) => [finess, await askEnd(this.log, finess)] as const)),
      ...this.replicas.map((replica) => askLive(replica)),
    ]);
    const endOf = new Map(ends);
    const away = [...endOf.values()].includes('unknown');
    return [
      ...(away ? [logAway] : []),
      ...this.replicas.flatMap(({ name }, index) =>
        problemsOf(name, problems[index] ?? 'unreachable', { establishments, endOf, now }),
      ),
    ];
  }
}

const goneOf = (replica: string, name: string, seconds: number): string =>
  `replica ${replica}: its replicator ${name} has said nothing for ${seconds} s; another one does its work`;

const startAgain = 'start it again: if the other one dies as well, nobody follows';

const logAway: Problem = {
  code: 'log.unreachable',
  state: 'wrong',
  text: 'the log does not answer: nothing is captured, and how far behind the replicas are is not known',
  command: doctor,
  remedy: 'look whether Kafka runs, and at its log',
};

interface Known {
  readonly establishments: readonly Finess[];
  readonly endOf: ReadonlyMap<Finess, Position | 'unknown'>;
  readonly now: Instant;
}

const problemsOf = (replica: string, live: readonly LiveReport[] | 'unreachable', known: Known): readonly Problem[] => {
  const ofReplicator = `look whether the replicator of replica ${replica} runs, at its log, and at the disk of its database`;
  const wrong = (code: string, text: string, remedy: string, establishment?: Finess): Problem => ({
    code,
    state: 'wrong',
    text,
    command: doctor,
    remedy,
    replica,
    ...(establishment !== undefined && { establishment }),
  });
  if (live === 'unreachable')
    return [
      wrong(
        'replica.unreachable',
        `replica ${replica}: its database does not answer`,
        `look whether the Postgres of replica ${replica} runs, and at its log`,
      ),
    ];
  const silent = silentFor(live);
  // A process that says nothing follows nothing: the rest is a consequence.
  if (silent !== undefined) return [wrong('replicator.silent', silenceOf(replica, silent), ofReplicator)];
  const gone = (live[0]?.replicators ?? []).filter(({ heardSecondsAgo }) => heardSecondsAgo > replicatorSilentSeconds);
  const missed = gone.map(
    ({ name, heardSecondsAgo }): Problem => ({
      ...wrong('replicator.gone', goneOf(replica, name, Math.round(heardSecondsAgo)), startAgain),
      state: 'warning',
    }),
  );
  const perEstablishment = known.establishments.flatMap((establishment): readonly Problem[] => {
    const one = live.find((report) => report.establishment === establishment);
    if (!one)
      return [
        wrong(
          'replica.not-begun',
          `replica ${replica} does not follow ${establishment} yet`,
          ofReplicator,
          establishment,
        ),
      ];
    if (one.halted !== '')
      return [
        wrong(
          'replicator.halted',
          `replica ${replica} no longer follows ${establishment}: ${one.halted}`,
          'docs/operating.md, "What halts, and why", says what to do',
          establishment,
        ),
      ];
    const end = known.endOf.get(establishment) ?? 'unknown';
    const events = end === 'unknown' ? 0 : end - one.position;
    const seconds = Math.round((known.now - one.levelAt) / 1000);
    return events > 0 && seconds > behindSeconds
      ? [
          wrong(
            'replica.behind',
            `replica ${replica} is behind in ${establishment} by events: ${events}`,
            ofReplicator,
            establishment,
          ),
        ]
      : [];
  });
  return [...missed, ...perEstablishment];
};
