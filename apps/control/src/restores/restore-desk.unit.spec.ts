import { Failure, Finess, Instant, Position } from '#domain';
import { Directory, type DirectoryEvent } from '#usecases';
import { describe, expect, it } from 'vitest';
import {
  aRequest,
  certified,
  declaredEstablishment,
  targetTo,
} from '../../../../libs/testing/src/builders/restores.js';
import { MemoryKeys } from '../../../../libs/testing/src/memory-keys.js';
import { type DeskParts, RestoreDesk } from './restore-desk.js';

const establishments = [Finess.parse('750712184'), Finess.parse('690781810')];

const keys = new MemoryKeys();

const deskWhere = (...events: readonly DirectoryEvent[]): RestoreDesk => deskOf([], ...events);

const deskOf = (replicas: readonly object[], ...events: readonly DirectoryEvent[]): RestoreDesk => {
  const directory = new Directory(keys);
  for (const event of [...establishments.map((finess) => declaredEstablishment(finess)), ...events])
    expect(directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event })).toBeUndefined();
  const parts = { decisions: { directory }, replicas, keys, now: () => Instant.of(0) };
  return new RestoreDesk(parts as unknown as DeskParts);
};

const requested = aRequest(
  'r1',
  establishments.map((establishment) => targetTo(establishment, 9)),
);
const built = certified(keys, requested);
const { certificates } = built;

describe('certificates', () => {
  it('are all shown by the restore, and one by its own id', () => {
    const desk = deskWhere(requested, built);
    expect(desk.certificates('r1')).toEqual(certificates);
    expect(desk.certificates(`r1.${establishments[1]}`)).toEqual(certificates.slice(1));
  });

  it('are not there before a restore is built', () => {
    expect(() => deskWhere(requested).certificates('r1')).toThrow('no certificate "r1"');
  });
});

describe('a step', () => {
  const away = {
    name: 'b',
    generations: () => Promise.reject(new Failure('replica.unreachable', 'replica b: its database does not answer')),
  };

  it.each(['now', 'later'] as const)(
    'is refused before anybody is asked where a database is away: proof %s',
    async (proof) => {
      const desk = deskOf([away], requested, built);
      await expect(desk.check('approve', 'r1', 'somebody-else', proof)).rejects.toThrow(
        'replica b: its database does not answer',
      );
    },
  );
});
