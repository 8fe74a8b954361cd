import { Failure, Instant } from '#domain';
import { Directory } from '#usecases';
import { describe, expect, it } from 'vitest';
import { AccessProblems, accessKeptMs } from './access-problems.js';

const directory = new Directory();

describe('the rules of Kafka', () => {
  it('are told where they are not those of the table, and looked at again after a minute', async () => {
    const answers = [['mallory may WRITE topic reprise.directory, which nobody needs'], []];
    const source = new AccessProblems({ wrong: async () => answers.shift() ?? ['asked too often'] });
    const first = await source.look(directory, Instant.of(0));
    expect(first).toMatchObject(
      [{ code: 'access.wrong', state: 'wrong', text: /mallory may WRITE/ }].map((p) => ({
        ...p,
        text: expect.stringMatching(p.text),
      })),
    );
    expect(await source.look(directory, Instant.of(accessKeptMs - 1))).toEqual(first);
    expect(await source.look(directory, Instant.of(accessKeptMs))).toEqual([]);
  });

  it('that are not there are told, a log that is away is not', async () => {
    const settings = new Failure('log.settings', 'Kafka has no rules', 'set authorizer.class.name');
    const none = new AccessProblems({ wrong: () => Promise.reject(settings) });
    expect(await none.look(directory, Instant.of(0))).toMatchObject([
      { text: 'Kafka has no rules', remedy: 'set authorizer.class.name' },
    ]);
    const away = new AccessProblems({ wrong: () => Promise.reject(new Failure('log.unreachable', '', '')) });
    expect(await away.look(directory, Instant.of(0))).toEqual([]);
  });
});
