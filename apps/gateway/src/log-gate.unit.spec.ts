import { Failure, Finess } from '#domain';
import { ProcessLog } from '#platform';
import { describe, expect, it } from 'vitest';
import { LogGate } from './log-gate.js';

const [one, other] = [Finess.parse('750712184'), Finess.parse('750000001')];
const wrong = new Failure('log.settings', 'retention.ms is 1');
const away = new Failure('log.unreachable', 'no broker answers');

/** `says` answers for the establishments that are asked about together. */
const gateWhere = (says: { of: (asked: readonly Finess[]) => Failure | undefined }) => {
  const logged: string[] = [];
  const topics = {
    assertSettings: async (asked: readonly Finess[]): Promise<void> => {
      const failure = says.of(asked);
      if (failure) throw failure;
    },
  };
  const log = new ProcessLog('test', { write: (line) => void logged.push(line) });
  const clock = { ms: 0 };
  return {
    gate: new LogGate(
      topics,
      () => [one, other],
      log,
      () => clock.ms,
    ),
    logged,
    clock,
  };
};

describe('the gate before the logs', () => {
  it('is closed until the settings were asserted', async () => {
    const { gate } = gateWhere({ of: () => undefined });
    expect(gate.closedFor(one)?.code).toBe('log.settings');
    await gate.look();
    expect([gate.closedFor(one), gate.closedFor(other)]).toEqual([undefined, undefined]);
    await gate.check();
    gate.close();
  });

  it('closes only the log whose settings are wrong, and says which setting', async () => {
    const { gate, logged } = gateWhere({ of: (asked) => (asked.includes(other) ? wrong : undefined) });
    await gate.look();
    expect([gate.closedFor(one), gate.closedFor(other)]).toEqual([undefined, wrong]);
    await expect(gate.check()).rejects.toBe(wrong);
    expect(logged.join('')).toContain('retention.ms is 1');
    gate.close();
  });

  it('looks again for an establishment that comes while it looks', async () => {
    const known = [one];
    const asking = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const topics = {
      assertSettings: async (): Promise<void> => {
        asking.resolve();
        await answer.promise;
      },
    };
    const gate = new LogGate(topics, () => known, new ProcessLog('test', { write: () => {} }));
    const looking = gate.look();
    await asking.promise;
    known.push(other);
    const again = gate.look();
    answer.resolve();
    await Promise.all([looking, again]);
    expect(gate.closedFor(other)).toBeUndefined();
    gate.close();
  });

  it('keeps its word while the log cannot be asked: neither opens nor closes', async () => {
    const says: { of: () => Failure | undefined } = { of: () => away };
    const { gate } = gateWhere(says);
    await gate.look();
    expect(gate.closedFor(one)).toBeDefined();
    says.of = () => undefined;
    await gate.look();
    says.of = () => away;
    await gate.look();
    expect(gate.closedFor(one)).toBeUndefined();
    gate.close();
  });

  it('is not ready once the log has been silent for 12 s, at once when it answers again, and captures all the while', async () => {
    const says: { of: () => Failure | undefined } = { of: () => undefined };
    const { gate, clock } = gateWhere(says);
    await gate.look();
    says.of = () => away;
    clock.ms = 11_000;
    await gate.look();
    await gate.check();
    clock.ms = 12_001;
    await expect(gate.check()).rejects.toThrow('the log has not answered for 12 s');
    expect([gate.closedFor(one), gate.closedFor(other)]).toEqual([undefined, undefined]);
    says.of = () => undefined;
    await gate.look();
    await gate.check();
    gate.close();
  });

  it('takes a question that is still open for silence', async () => {
    const answer = Promise.withResolvers<void>();
    const topics = { assertSettings: () => (clock.ms === 0 ? Promise.resolve() : answer.promise) };
    const clock = { ms: 0 };
    const gate = new LogGate(
      topics,
      () => [one],
      new ProcessLog('test', { write: () => {} }),
      () => clock.ms,
    );
    await gate.look();
    clock.ms = 13_000;
    const looking = gate.look();
    await expect(gate.check()).rejects.toThrow('not answered');
    answer.resolve();
    await looking;
    await gate.check();
    gate.close();
  });

  it('says once that the log cannot be asked, until it answers again', async () => {
    const says: { of: () => Failure | undefined } = { of: () => away };
    const { gate, logged } = gateWhere(says);
    const unasked = (): number => logged.filter((line) => line.includes('settings.unasked')).length;
    await gate.look();
    await gate.look();
    expect(unasked()).toBe(1);
    says.of = () => undefined;
    await gate.look();
    says.of = () => away;
    await gate.look();
    expect(unasked()).toBe(2);
    gate.close();
  });
});
