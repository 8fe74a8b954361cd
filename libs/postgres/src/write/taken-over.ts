import { Failure } from '#domain';

export const takenOver = (generation: number): Failure =>
  new Failure(
    'replica.taken-over',
    `generation ${generation}: another process writes it now`,
    'this one stops; see that one replicator runs for this replica',
  );
