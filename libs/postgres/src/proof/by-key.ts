/**
 * For a transaction that walks through tables by their keys, a page at a time. Of a page the planner may think that sorting the whole table is cheaper,
 * and does so for each page: twenty thousand rows with their contents then go to the disk to give two thousand.
 */
export const byKey =
  'set local enable_sort = off; set local enable_bitmapscan = off; set local enable_seqscan = off; set local jit = off';
