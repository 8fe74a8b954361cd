import { describe, expect, it } from 'vitest';
import { Failure, Instant } from '#domain';
import { Directory, DriftProblems, type ReplicaStatus } from '#usecases';
import { inFrench } from './french-failures.js';

const toldOf = async (drift: () => Promise<readonly string[]>): Promise<string | undefined> => {
  const replica = { name: 'b', drift, probe: async () => ({}) };
  const problems = new DriftProblems([replica as unknown as ReplicaStatus]);
  const [problem] = await problems.look(new Directory(), Instant.of(0));
  return problem && inFrench(problem.text);
};
const told = (...drift: readonly string[]): Promise<string | undefined> => toldOf(async () => drift);

describe('what somebody changed of a database', () => {
  it.each([
    ['row-level security of versions is switched off', 'réplica b : désactivé : sécurité par ligne de versions'],
    ['policy reader of heads_g3 is missing', 'réplica b : il manque : règle reader de heads_g3'],
    [
      'right of reprise_reader to select on column value of parked was added',
      'réplica b : en trop : droit de reprise_reader : select sur colonne value de parked',
    ],
    [
      'function reprise_scope.open_session() is not what was made',
      "réplica b : changé depuis l'installation : fonction reprise_scope.open_session()",
    ],
  ])('is told in French, whole: %s', async (sentence, french) => {
    expect(await told(sentence)).toBe(french);
    expect(await told(sentence, 'another', 'a third')).toBe(`${french} (et 2 de plus)`);
  });

  it('is told in French where it is not known', async () => {
    const late = (): Promise<never> => Promise.reject(new Failure('replica.unreachable', 'late'));
    expect(await toldOf(late)).toBe(
      "réplica b : on ne sait pas si quelqu'un a modifié son schéma, ses catalogues ne sont pas lisibles",
    );
  });
});
