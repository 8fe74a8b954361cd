import { Failure, Finess, Instant, Position } from '#domain';
import { metrics } from '#platform';
import type { Level } from '#usecases';
import { expect, it } from 'vitest';
import { CallerTurns } from './caller-turns.js';
import { showAges, showTurns } from './reader-metrics.js';

const lines = async (beginning: string): Promise<readonly string[]> =>
  (await metrics.metrics()).split('\n').filter((line) => line.startsWith(beginning));

it('tells who is at work, who waits and who was turned away', async () => {
  const bounds = { atWork: 1, slowAtWork: 0, ofCaller: 1, ofSlowCaller: 1, slowMs: 1_000, waitingOfCaller: 1 };
  const turns = new CallerTurns(bounds);
  const countRefused = showTurns('searches', turns);
  const end = Promise.withResolvers<void>();
  const works = [turns.of('viewer', () => end.promise), turns.of('viewer', () => end.promise)];
  await expect(turns.of('viewer', () => end.promise)).rejects.toSatisfy((error) => Failure.is(error));
  countRefused();
  expect((await lines('reprise_reader_requests_')).filter((line) => line.includes('searches'))).toEqual([
    'reprise_reader_requests_refused_total{turn="searches"} 1',
    'reprise_reader_requests_waiting{turn="searches"} 1',
    'reprise_reader_requests_at_work{turn="searches"} 1',
  ]);
  end.resolve();
  await Promise.all(works);
  expect((await lines('reprise_reader_requests_at_work{turn="searches"}'))[0]).toMatch(/ 0$/);
});

it('tells how old the data of each establishment is, and nothing where the replica does not answer', async () => {
  const level: Level = {
    establishment: Finess.parse('990000010'),
    position: Position.of(1),
    timeline: 1,
    levelAt: Instant.of(10_000),
    restored: false,
  };
  let levels = async (): Promise<readonly Level[]> => [level];
  showAges({ replica: 'a', levels: () => levels(), now: () => Instant.of(72_500) });
  expect(await lines('reprise_reader_data_age')).toEqual([
    'reprise_reader_data_age_seconds{replica="a",establishment="990000010"} 62.5',
  ]);
  levels = () => Promise.reject(new Failure('replica.unreachable', 'away'));
  expect(await lines('reprise_reader_data_age')).toEqual([]);
});
