import { Finess, Instant, originalTimeline, Position } from '#domain';
import type { GenerationReport } from '../../ports/replica-status.js';

/** A generation that was built, as its replica tells of it. */
export const aGenerationReport = (over: Partial<GenerationReport> = {}): GenerationReport => ({
  generation: 1,
  establishment: Finess.parse('750712184'),
  timeline: originalTimeline,
  state: 'built',
  live: false,
  foldVersion: 1,
  logId: 'log',
  position: Position.of(0),
  chainHash: '',
  clock: Instant.of(0),
  phase: 'done',
  eventsDone: over.eventsTotal ?? 0,
  eventsTotal: 0,
  eventTimeReached: '',
  stateDigest: '',
  records: 0,
  parked: [],
  failure: '',
  ...over,
});
