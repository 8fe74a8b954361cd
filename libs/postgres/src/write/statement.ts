import type { Position } from '#domain';

/** A prepared statement with its values, as `pg` takes it; rows come as arrays. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
  readonly rowMode: 'array';
}

/**
 * Prepared once a connection, for the tables of a generation that hold all up to this position. A plan that suited a small table reads
 * a large one whole (the rows of one batch of 2 000 cost five times as much): with every digit of the position there is a new one.
 */
export const statementOf = (
  name: string,
  sql: (generation: number) => string,
  generation: number,
  position: Position,
  values: unknown[],
): Statement => ({
  name: `${name}-${generation}-${String(position).length}`,
  text: sql(generation),
  values,
  rowMode: 'array',
});
