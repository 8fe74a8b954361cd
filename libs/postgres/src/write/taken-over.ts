import { Failure } from '#domain';

export const takenOver = (generation: number): Failure =>
  new Failure(
    'replica.taken-over',
    `generation ${generation}: another process writes it now`,
    'this one stops, and nothing is applied twice; the group of the replicators says whose it is',
  );
