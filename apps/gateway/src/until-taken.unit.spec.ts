import { createSecretKey } from 'node:crypto';
import { Finess, Instant, Position } from '#domain';
import { ProcessLog, type SenderCaller } from '#platform';
import { Directory, type DirectoryEvent } from '#usecases';
import { expect, it } from 'vitest';
import { aSender } from '../../../libs/testing/src/builders/sender.js';
import { Publishers } from './publishers.js';
import { untilTaken } from './until-taken.js';

const finess = Finess.parse('750712184');
const caller: SenderCaller = { kind: 'sender', name: 'his', finess };
const sender = aSender(finess);

const said = { v: 1, at: Instant.of(0), by: 'test' } as const;

const aTerritory = () => {
  const directory = new Directory();
  const publishers = new Publishers(directory, new Map([[finess, createSecretKey(Buffer.alloc(32))]]), () => undefined);
  let position = 0;
  const declare = (event: DirectoryEvent): void => {
    directory.apply({ position: Position.of(position++), appendedAt: Instant.of(0), event });
  };
  const logged: string[] = [];
  const log = new ProcessLog('test', { write: (line) => void logged.push(line) });
  return { publishers, declare, log, logged };
};

it('waits for a sender that is declared while the gateway starts', async () => {
  const { publishers, declare, log, logged } = aTerritory();
  let taken = false;
  const waiting = untilTaken(() => [caller], publishers, log).then(() => (taken = true));
  declare({
    ...said,
    kind: 'establishment-declared',
    establishment: { finess, name: 'CH', sites: [], timeZone: 'Europe/Paris' },
  });
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(taken).toBe(false);
  declare({ ...said, kind: 'sender-declared', sender });
  await waiting;
  expect(logged).toEqual([]);
});

it('opens for the others when a sender stays undeclared, and tells which', async () => {
  const { publishers, log, logged } = aTerritory();
  await untilTaken(() => [caller], publishers, log, 100);
  expect(logged.join('')).toMatch(/sender\.not-taken.*does not declare his of 750712184/);
});
