import { beginning, level, source } from './live.sql.js';
import type { Statement } from './scoped-connections.js';

const statement = (name: string, asOf: boolean): Statement => ({
  name,
  text: `${beginning(asOf)}
select ${level} from ${source}`,
});

/** How far the replica is with one establishment. */
export const readLevel = statement('read-level', false);
export const readLevelAsOf = statement('read-level-as-of', true);

/** Which establishments the caller's scope has here. */
export const readEstablishments: Statement = {
  name: 'read-establishments',
  text: 'select e.establishment from establishments e order by e.establishment',
};

export const readLiveGeneration: Statement = {
  name: 'read-live-generation',
  text: 'select e.live_generation from establishments e where e.establishment = $1',
};
