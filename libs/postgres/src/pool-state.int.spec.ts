import { freshDatabase } from '#testing';
import { expect, it } from 'vitest';
import { openForCopy, poolState } from './index.js';

it('tells of a pool that has ended that nothing of it is open', async () => {
  const database = await freshDatabase();
  const source = await openForCopy(database.urls.owner);
  await source.query('select 1');
  expect(poolState(source)).toEqual({ open: 1, idle: 1, waiting: 0 });
  await source.destroy();
  expect(poolState(source)).toEqual({ open: 0, idle: 0, waiting: 0 });
  await database.drop();
});
