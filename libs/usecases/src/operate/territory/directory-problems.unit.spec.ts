import { describe, expect, it } from 'vitest';
import { Failure, Instant, Position } from '#domain';
import { Directory } from '../../directory/directory.js';
import { DirectoryProblems, refusalsNamedMax, refusalWrongDays } from './directory-problems.js';

const dayMs = 86_400_000;

describe('what the directory has refused', () => {
  const directory = new Directory();
  const refuse = (position: number): void => {
    const event = { kind: 'unreadable', as: 'restore-requested', reason: 'targets: it is missing' } as const;
    directory.apply({ position: Position.of(position), appendedAt: Instant.of(0), event });
  };
  const look = (days = 0) => new DirectoryProblems().look(directory, Instant.of(days * dayMs));

  it('is nothing where nothing was refused', async () => {
    expect(await look()).toEqual([]);
  });

  it('is named, the newest first, and counted beyond', async () => {
    for (let n = 0; n < refusalsNamedMax + 2; n += 1) refuse(n);
    const problems = await look();
    expect(problems).toHaveLength(refusalsNamedMax + 1);
    expect(problems[0]).toEqual({
      code: 'directory.refused',
      state: 'wrong',
      text: `entry ${refusalsNamedMax + 1} of the directory log (restore-requested) was refused: targets: it is missing`,
      command: 'reprise doctor',
    });
    expect(problems.at(-1)?.text).toBe('entries of the directory log that were refused before these: 2');
  });

  it('is wrong while it is news, and a warning for ever', async () => {
    expect((await look(refusalWrongDays))[0]?.state).toBe('wrong');
    expect((await look(refusalWrongDays + 1))[0]?.state).toBe('warning');
  });

  it('tells of senders whose files were not taken', async () => {
    const why = new Failure('refused-by-policy', 'sender his is of a', 'declare it anew');
    expect(await new DirectoryProblems([{ sender: 'his', why }]).look(new Directory(), Instant.of(0))).toMatchObject([
      { code: 'sender.refused', state: 'wrong', sender: 'his', text: 'sender his is of a: declare it anew' },
    ]);
  });
});
