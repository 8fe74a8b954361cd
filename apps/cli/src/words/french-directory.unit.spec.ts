import { describe, expect, it } from 'vitest';
import { Failure, Instant, Position } from '#domain';
import { Directory, DirectoryProblems, readDirectoryEvent } from '#usecases';
import { inFrench } from './french-failures.js';

describe('what the directory has refused', () => {
  it('is told in both languages, and so is what would have been whole', async () => {
    const directory = new Directory();
    const said = { v: 1, at: 0, by: 'x' };
    const values: unknown[] = [
      7,
      { ...said, kind: 'restore-requested' },
      { ...said, kind: 'restore-promoted', restoreId: 'r', resumeAt: {} },
      { ...said, kind: 'establishment-declared', establishment: { finess: '1' } },
      { ...said, kind: 'restore-cancelled', restoreId: 'r', more: 1 },
    ];
    for (const [n, value] of values.entries())
      directory.apply({ position: Position.of(n), appendedAt: Instant.of(0), event: readDirectoryEvent(value) });
    const why = new Failure(
      'refused-by-policy',
      'sender his is of 1, and cannot become one of 2',
      'declare it under a new name for 2; his keeps its establishment',
    );
    const problems = await new DirectoryProblems([{ sender: 'his', why }]).look(directory, Instant.of(0));
    expect(problems).toHaveLength(6);
    for (const { text } of problems) {
      const french = inFrench(text).replace(/ \(restore-\w+\)/, '');
      expect(french).not.toBe(text);
      expect(french).not.toMatch(/\b(?:expected|refused|missing|known|requested|cannot|declare)\b/);
    }
  });
});
