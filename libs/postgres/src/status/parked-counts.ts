import type { DataSource } from 'typeorm';
import type { Finess } from '#domain';
import { withClient } from '../data-source.js';

const countParked = `
select e.establishment, (select count(*)::int from parked as p where p.generation = e.live_generation) as parked
from establishments as e`;

/** How many events wait in the live generation of each establishment. Throws `replica.unreachable`. */
export const parkedCounts = (replica: DataSource): Promise<ReadonlyMap<Finess, number>> =>
  withClient(replica, async (client) => {
    const { rows } = await client.query<{ establishment: Finess; parked: number }>(countParked);
    return new Map(rows.map(({ establishment, parked }) => [establishment, parked]));
  });
