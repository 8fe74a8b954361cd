import { type Finess, Instant, originalTimeline, Position, type Timeline } from '#domain';
import type { Certificate, DirectoryEvent, KeyStore, RestoreTarget } from '#usecases';

type Of<K extends DirectoryEvent['kind']> = Extract<DirectoryEvent, { readonly kind: K }>;

const at = Instant.of(1_790_000_000_000);

export const declaredEstablishment = (finess: Finess, by = 'test'): Of<'establishment-declared'> => ({
  v: 1,
  at,
  by,
  kind: 'establishment-declared',
  establishment: { finess, name: 'Hôpital (démo)', sites: [], timeZone: 'Europe/Paris' },
});

/** All up to the cut, and nothing of what came after it. */
export const targetTo = (
  establishment: Finess,
  cut: number,
  { number = 2, parent = originalTimeline }: { readonly number?: number; readonly parent?: Timeline } = {},
): RestoreTarget => ({
  establishment,
  timeline: {
    number,
    parent,
    branch: Position.of(cut),
    cut: Position.of(cut),
    exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
    plannedAt: Position.of(cut),
    afterCut: 'omit',
    resumeAt: 'not-promoted',
  },
  buildTo: Position.of(cut),
  events: cut + 1,
});

export const aRequest = (
  restoreId: string,
  targets: readonly RestoreTarget[],
  by = 'ana',
): Of<'restore-requested'> => ({
  v: 1,
  at,
  by,
  kind: 'restore-requested',
  restoreId,
  planId: 'plan-1',
  planHash: 'hash-of-the-plan',
  target: '',
  targets,
});

/** What control would sign of a build that went well. */
export const certified = (
  keys: Pick<KeyStore, 'sign' | 'keyId'>,
  { restoreId, planHash, targets }: Of<'restore-requested'>,
  over: Partial<Certificate> = {},
): Of<'restore-built'> => ({
  v: 1,
  at,
  by: 'control',
  kind: 'restore-built',
  restoreId,
  certificates: targets.map(({ establishment, timeline, buildTo, events }) => {
    const document = {
      version: 1 as const,
      restoreId,
      planHash,
      establishment,
      timeline: timeline.number,
      definition: timeline,
      cut: String('parent' in timeline ? timeline.cut : buildTo),
      builtTo: String(buildTo),
      logId: 'log-1',
      logHash: '0'.repeat(64),
      foldVersion: 1,
      stateDigest: 'd'.repeat(64),
      records: 1,
      events,
      gaps: [],
      parked: [],
      startedAt: '2026-11-20T10:00:00.000Z',
      finishedAt: '2026-11-20T10:01:00.000Z',
      keyId: keys.keyId,
      ...over,
    };
    return { ...document, signature: keys.sign('certificate', document).signature };
  }),
});

export const approved = (
  keys: Pick<KeyStore, 'sign'>,
  { restoreId, planHash, targets }: Of<'restore-requested'>,
  by = 'bob',
): Of<'restore-approved'> => {
  const stateDigests = Object.fromEntries(targets.map(({ establishment }) => [establishment, 'd'.repeat(64)]));
  const document = { v: 1, at, by, kind: 'restore-approved', restoreId, planHash, stateDigests } as const;
  return { ...document, ...keys.sign('approval', document) };
};

/** Live from this position of each log on, or no more. */
export const moved = <K extends 'restore-promoted' | 'restore-rolled-back'>(
  kind: K,
  { restoreId, targets }: Of<'restore-requested'>,
  after: number,
  by = 'ana',
): Of<K> =>
  ({
    v: 1,
    at,
    by,
    kind,
    restoreId,
    resumeAt: Object.fromEntries(targets.map(({ establishment }) => [establishment, Position.of(after)])),
  }) as unknown as Of<K>;

export const asked = (kind: 'restore-resumed' | 'restore-cancelled', restoreId: string): DirectoryEvent => ({
  v: 1,
  at,
  by: 'ana',
  kind,
  restoreId,
});
