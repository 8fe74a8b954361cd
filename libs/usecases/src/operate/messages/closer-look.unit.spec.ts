import { describe, expect, it } from 'vitest';
import { Instant } from '#domain';
import { closerLook, type SpikeThere } from './closer-look.js';
import type { SummaryRow } from './summary-row.js';

const minuteMs = 60_000;
const start = Date.parse('2026-11-20T14:00:00.000Z');
const at = (minute: number): Instant => Instant.of(start + minute * minuteMs);
const row = (minute: number, type: string, messages: number, over: Partial<SummaryRow> = {}): SummaryRow => ({
  from: Instant.iso(at(minute)),
  establishment: '750712184',
  sender: 'dpi',
  type,
  messages,
  parked: 0,
  refused: 0,
  records: messages,
  removed: type.startsWith('DELETE') ? messages : 0,
  ...over,
});
const spike = (kind: SpikeThere['kind'], from: number, to: number, sender = 'dpi'): SpikeThere => ({
  establishment: '750712184',
  sender,
  kind,
  since: at(from),
  until: at(to),
  count: 1,
  before: 0,
  rewritten: 1,
});
const look = (rows: readonly SummaryRow[], ...spikes: readonly SpikeThere[]) => closerLook(rows, spikes, minuteMs);

describe('a closer look goes', () => {
  const usual = [row(5, 'ORU^R01', 9_000, { sender: 'labo' }), row(5, 'PUT Patient', 300)];

  it('to what was removed in a spike, and not to what comes most, or to the job of another sender', () => {
    const job = row(2, 'DELETE Observation', 900, { sender: 'archive' });
    const rows = [...usual, row(4, 'DELETE Patient', 12), row(3, 'DELETE Patient', 40), job];
    expect(look(rows, spike('removed', 3, 5))).toEqual({
      why: 'removed',
      establishment: '750712184',
      sender: 'dpi',
      type: 'DELETE Patient',
      since: '2026-11-20T14:03:00.000Z',
      until: '2026-11-20T14:04:00.000Z',
    });
  });

  it('to what was rewritten in a spike, of what can be judged so', () => {
    const rows = [...usual, row(3, 'ADT^A08', 500), row(3, 'PUT Observation', 160), row(1, 'PUT Patient', 400)];
    expect(look(rows, spike('written', 3, 4))).toMatchObject({ why: 'rewritten', type: 'PUT Observation' });
  });

  it('in days whose spikes nobody keeps, to what stands out against the interval before it', () => {
    const attack = [...usual, row(4, 'DELETE Patient', 160), row(3, 'DELETE Patient', 2)];
    expect(look(attack)).toMatchObject({ why: 'removed', since: '2026-11-20T14:04:00.000Z' });
    const steady = [...usual, row(4, 'DELETE Patient', 60), row(3, 'DELETE Patient', 50)];
    expect(look(steady.concat(row(2, 'DELETE Patient', 55), row(1, 'DELETE Patient', 29)))).toMatchObject({
      why: 'busiest',
    });
  });

  it('else to where most came, and nowhere where nothing did', () => {
    expect(look(usual)).toMatchObject({ why: 'busiest', sender: 'labo', type: 'ORU^R01' });
    expect(look([])).toBeNull();
  });
});
