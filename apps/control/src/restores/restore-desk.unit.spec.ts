import { Finess, Instant, originalTimeline, Position } from '#domain';
import { type Certificate, Directory, type DirectoryEvent } from '#usecases';
import { describe, expect, it } from 'vitest';
import { type DeskParts, RestoreDesk } from './restore-desk.js';

const establishments = [Finess.parse('750712184'), Finess.parse('690781810')];

const deskWhere = (...events: readonly DirectoryEvent[]): RestoreDesk => {
  const directory = new Directory();
  for (const event of events) directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event });
  return new RestoreDesk({ decisions: { directory }, replicas: [] } as unknown as DeskParts);
};

const said = { v: 1, at: Instant.of(0), by: 'ana', restoreId: 'r1' } as const;
const requested: DirectoryEvent = {
  ...said,
  kind: 'restore-requested',
  planId: 'p1',
  planHash: 'hash',
  target: '',
  targets: establishments.map((establishment) => ({
    establishment,
    timeline: originalTimeline,
    buildTo: Position.of(9),
    events: 10,
  })),
};
const certificates = establishments.map((establishment) => ({ restoreId: 'r1', establishment }) as Certificate);

describe('certificates', () => {
  it('are all shown by the restore, and one by its own id', () => {
    const desk = deskWhere(requested, { ...said, kind: 'restore-built', certificates });
    expect(desk.certificates('r1')).toEqual(certificates);
    expect(desk.certificates(`r1.${establishments[1]}`)).toEqual(certificates.slice(1));
  });

  it('are not there before a restore is built', () => {
    expect(() => deskWhere(requested).certificates('r1')).toThrow('no certificate "r1"');
  });
});
