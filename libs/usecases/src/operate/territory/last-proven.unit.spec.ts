import { describe, expect, it } from 'vitest';
import { Finess } from '#domain';
import type { Restore } from '../../directory/restore.js';
import type { Certificate } from '../../directory/directory-event.js';
import { lastProven } from './last-proven.js';

const [own, other] = [Finess.parse('750712184'), Finess.parse('690781810')];
const certificate = (restoreId: string, over: Partial<Certificate> = {}): Certificate =>
  ({
    restoreId,
    establishment: own,
    events: 10,
    records: 5,
    finishedAt: '2026-11-20T10:00:00Z',
    ...over,
  }) as Certificate;
const restored = (...certificates: readonly Certificate[]): Restore => ({ certificates }) as unknown as Restore;

describe('the last proven restore', () => {
  it('is the one of the establishment that was built last, in whatever order they were asked for', () => {
    const restores = [
      restored(
        certificate('late', { finishedAt: '2026-11-20T12:00:00Z' }),
        certificate('late', { establishment: other }),
      ),
      restored(certificate('early')),
    ];
    expect(lastProven(restores, own)).toEqual({ restoreId: 'late', finishedAt: '2026-11-20T12:00:00Z' });
  });

  it('is none where nothing was built, or where nothing was examined', () => {
    expect(lastProven([restored()], own)).toBeNull();
    expect(lastProven([restored(certificate('r', { events: 0, records: 0 }))], own)).toBeNull();
    expect(lastProven([restored(certificate('r', { records: 0 }))], own)).toBeNull();
    const later = certificate('empty', { events: 0, records: 0, finishedAt: '2026-11-21T10:00:00Z' });
    expect(lastProven([restored(certificate('r')), restored(later)], own)?.restoreId).toBe('r');
  });
});
