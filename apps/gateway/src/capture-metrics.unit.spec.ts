import { Finess } from '#domain';
import { metrics } from '#platform';
import { expect, it } from 'vitest';
import { countCaptured, showClosed, showHeldBack } from './capture-metrics.js';

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

it('counts a message by its door, and by its sender; and says of which establishment nothing is taken', async () => {
  const finess = Finess.parse('990000010');
  countCaptured({ door: 'mllp', sender: { name: 'his-counted', finess } }, 'refused', performance.now());
  showClosed(finess, true);
  const text = await metrics.metrics();
  expect(text).toContain('reprise_captured_messages_total{door="mllp",outcome="refused"} 1');
  expect(text).toContain(
    'reprise_sender_messages_total{establishment="990000010",sender="his-counted",outcome="refused"} 1',
  );
  expect(text).toContain(
    'reprise_sender_messages_total{establishment="990000010",sender="his-counted",outcome="fault"} 0',
  );
  expect(text).toContain('reprise_capture_closed{establishment="990000010"} 1');
  showClosed(finess, false);
  expect(await metrics.metrics()).toContain('reprise_capture_closed{establishment="990000010"} 0');
});
