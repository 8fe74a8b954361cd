import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../session/terminal.js';
import { speak } from '../words/words.js';
import { advance, ProgressOnTerminal, progressLine, type Shown } from './progress.js';

const phases = ['waiting', 'replaying', 'indexing', 'verifying', 'done'];
const anyPoll: fc.Arbitrary<Shown> = fc.record({
  phase: fc.constantFrom(...phases),
  building: fc.constant('990000010'),
  eventTimeReached: fc.oneof(
    fc.constant(''),
    fc.integer({ min: 0, max: 1e9 }).map((ms) => new Date(1.7e12 + ms).toISOString()),
  ),
  target: fc.constant('2026-11-20T13:30:00Z'),
  eventsDone: fc.nat(1000),
  eventsTotal: fc.nat(1000),
  etaSeconds: fc.option(fc.nat(5000), { nil: undefined }),
});

const polls: Shown = {
  phase: 'replaying',
  building: '990000010',
  eventTimeReached: '2026-11-20T13:02:00.500Z',
  target: '2026-11-20T13:30:00Z',
  eventsDone: 400,
  eventsTotal: 812,
  etaSeconds: 75,
};

const world = (
  isTTY: boolean,
  env: Terminal['env'] = {},
): { terminal: Terminal; said: string[]; clock: { ms: number } } => {
  const said: string[] = [];
  const clock = { ms: 0 };
  const stderr = { write: (text: string) => said.push(text), isTTY, columns: 200 };
  const terminal: Terminal = {
    stdout: stderr,
    stderr,
    env,
    cwd: '/',
    answers: false,
    ask: async () => '',
    interrupted: new AbortController().signal,
    pause: async () => undefined,
    nowMs: () => clock.ms,
  };
  return { terminal, said, clock };
};

describe('progress', () => {
  it('never goes back, whatever a poll says', () => {
    fc.assert(
      fc.property(fc.array(anyPoll, { minLength: 2 }), (all) => {
        let shown: Shown | undefined;
        for (const poll of all) {
          const next = advance(shown, poll);
          expect(next.eventsDone).toBeLessThanOrEqual(next.eventsTotal);
          if (shown) {
            expect(next.eventsDone).toBeGreaterThanOrEqual(shown.eventsDone);
            expect(next.eventsTotal).toBeGreaterThanOrEqual(shown.eventsTotal);
            expect(next.eventTimeReached >= shown.eventTimeReached).toBe(true);
            expect(phases.indexOf(next.phase)).toBeGreaterThanOrEqual(phases.indexOf(shown.phase));
          }
          shown = next;
        }
      }),
    );
  });

  it('tells phase, event time against the target, events and time left', async () => {
    expect(progressLine(polls, await speak('en'), true)).toBe(
      'replaying  400/812 events  1 min 15 s left  990000010 recorded 2026-11-20T13:02:00Z → 13:30:00Z',
    );
    expect(progressLine({ ...polls, eventTimeReached: '2026-11-19T23:59:00Z' }, await speak('en'), true)).toMatch(
      / 2026-11-19T23:59:00Z → 2026-11-20T13:30:00Z$/,
    );
    expect(progressLine({ ...polls, etaSeconds: undefined, eventTimeReached: '' }, await speak('fr'), false)).toContain(
      '->',
    );
  });

  it('begins the event time again with the next establishment, and never within one', () => {
    const next = { ...polls, building: '990000028', eventTimeReached: '2026-11-20T08:00:00Z', eventsDone: 500 };
    expect(advance(polls, next)).toMatchObject({ building: '990000028', eventTimeReached: '2026-11-20T08:00:00Z' });
    expect(advance(next, { ...next, eventTimeReached: '' }).eventTimeReached).toBe('2026-11-20T08:00:00Z');
    expect(advance(next, { ...next, building: '', eventTimeReached: '' })).toMatchObject({ building: '990000028' });
  });

  it('says nothing of time left once it is done', async () => {
    const done = { ...polls, phase: 'done', etaSeconds: undefined, eventsDone: 812 };
    for (const language of ['en', 'fr'] as const) {
      const say = await speak(language);
      expect(progressLine(done, say, true)).not.toContain(say('progress.left-unknown'));
      expect(progressLine(done, say, true)).not.toContain(polls.building);
      expect(progressLine(done, say, true)).toMatch(/812\/812 \S+  \S+ 2026-11-20T13:02:00Z → 13:30:00Z$/);
    }
  });

  it('is one redrawn line on a terminal', async () => {
    const { terminal, said } = world(true);
    const progress = new ProgressOnTerminal(terminal, await speak('en'), false);
    progress.update(polls);
    progress.update({ ...polls, eventsDone: 500 });
    expect(said.every((text) => text.startsWith('\r\u001b[K') && !text.includes('\n'))).toBe(true);
    progress.end();
    expect(said.at(-1)).toBe('\n');
  });

  it.each([
    [false, {}],
    [true, { TERM: 'dumb' }],
  ])('is a plain line at least every ten seconds elsewhere (terminal: %s, %j)', async (isTTY, env) => {
    const { terminal, said, clock } = world(isTTY, env);
    const progress = new ProgressOnTerminal(terminal, await speak('en'), false);
    for (; clock.ms <= 30_000; clock.ms += 1000) progress.update(polls);
    expect(said.length).toBe(4);
    progress.update({ ...polls, phase: 'indexing' });
    expect(said.length).toBe(5);
    expect(said.join('')).not.toContain('\u001b');
  });

  it('is silent with --no-progress', async () => {
    const { terminal, said } = world(true);
    const progress = new ProgressOnTerminal(terminal, await speak('en'), true);
    progress.update(polls);
    progress.end();
    expect(said).toEqual([]);
  });
});
