import { originalTimeline, Position } from '#domain';
import { searchRule } from '#fhir';
import { KafkaClient, KafkaEstablishmentLog } from '#kafka';
import { migrate, openForCopy, openReplica, PostgresGenerationBuilder } from '#postgres';
import { BuildGeneration, type BuildReport } from '#usecases';
import { establishment } from '../observations.js';
import { runPart } from './run-part.js';

export interface Build {
  readonly brokers: string;
  readonly replicatorUrl: string;
  readonly ownerUrl: string;
  readonly restoreId: string;
}

export interface Built {
  readonly events: number;
  readonly seconds: number;
  /** Seconds a phase of the build took. */
  readonly phases: Readonly<Record<string, number>>;
  readonly stateDigest: string;
}

await runPart(async ({ brokers, replicatorUrl, ownerUrl, restoreId }: Build, mark): Promise<Built> => {
  await migrate(ownerUrl);
  const [replica, copies] = await Promise.all([openReplica(replicatorUrl), openForCopy(replicatorUrl)]);
  const builder = new PostgresGenerationBuilder(replica, copies, searchRule);
  const log = new KafkaEstablishmentLog(new KafkaClient({ brokers: [brokers] }));
  const { last } = await log.range(establishment);
  const target = {
    establishment,
    timeline: {
      number: 2,
      parent: originalTimeline,
      branch: last,
      cut: last,
      exclusions: { senders: [], types: [], between: [], clock: 'recorded' as const },
      plannedAt: last,
      afterCut: 'omit' as const,
      resumeAt: 'not-promoted' as const,
    },
    buildTo: Position.of(last),
    events: last + 1,
  };
  const begunAt = new Map<string, number>();
  const report = builder.report.bind(builder);
  builder.report = (generation: number, said: BuildReport) => {
    if (!begunAt.has(said.phase)) begunAt.set(said.phase, performance.now());
    return report(generation, said);
  };
  let stateDigest = '';
  const built = builder.built.bind(builder);
  builder.built = (generation, state) => {
    ({ stateDigest } = state);
    return built(generation, state);
  };
  await mark('begin');
  const startedAt = performance.now();
  await new BuildGeneration(log, builder).run(restoreId, target, new AbortController().signal);
  const seconds = (performance.now() - startedAt) / 1000;
  await mark('end');
  const times = [...begunAt];
  const phases = Object.fromEntries(
    times.slice(0, -1).map(([phase, at], index) => [phase, ((times[index + 1]?.[1] ?? at) - at) / 1000]),
  );
  await Promise.all([log.close(), replica.destroy(), copies.destroy()]);
  return { events: last + 1, seconds, phases, stateDigest };
});
