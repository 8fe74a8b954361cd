import { metrics } from '#platform';
import { expect, it } from 'vitest';
import { showHeldBack } from './capture-metrics.js';

it('names in its numbers who is held back, as control reads it, and nobody else', async () => {
  const shown = async (): Promise<readonly string[]> =>
    (await metrics.metrics()).split('\n').filter((line) => line.startsWith('reprise_sender_held_back_seconds'));
  showHeldBack([
    { sender: 'lab', roomInSeconds: 600 },
    { sender: 'odd "name"\\', roomInSeconds: 1 },
  ]);
  expect(await shown()).toEqual([
    'reprise_sender_held_back_seconds{sender="lab"} 600',
    String.raw`reprise_sender_held_back_seconds{sender="odd \"name\"\\"} 1`,
  ]);
  showHeldBack([]);
  expect(await shown()).toEqual([]);
});
