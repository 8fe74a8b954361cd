import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { asFailure } from './postgres-failure.js';

const answer = (code: string, message = 'said the server'): Error =>
  Object.assign(new Error(message), { code, severity: 'ERROR', detail: 'Key (id)=(p1) already exists.' });

describe('an error of Postgres', () => {
  it.each([
    ['53100', 'disk.full'],
    ['08006', 'replica.unreachable'],
    ['57P01', 'replica.unreachable'],
    ['40001', 'replica.unreachable'],
    ['40P01', 'replica.unreachable'],
    ['53300', 'replica.unreachable'],
    ['ECONNREFUSED', 'replica.unreachable'],
  ])('%s is %s', (sqlState, code) => {
    expect(asFailure(answer(sqlState))).toMatchObject({ name: 'Failure', code });
  });

  it('is told by its words where it has no code', () => {
    for (const words of ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])
      expect(asFailure(new Error(words))).toMatchObject({ code: 'replica.unreachable' });
  });

  it.each(['23505', '42501', '57014', '22P02', '53200'])('%s is a bug, and quotes no row', (sqlState) => {
    const error = asFailure(answer(sqlState, sqlState.startsWith('22') ? 'malformed array literal: "Martin"' : 'said'));
    expect(error).not.toBeInstanceOf(Failure);
    expect(error.message).toContain(sqlState);
    expect(inspect(error)).not.toMatch(/p1|Martin/);
  });

  it('that is a Failure already stays what it is', () => {
    const failure = new Failure('replica.taken-over', 'by another');
    expect(asFailure(failure)).toBe(failure);
  });
});
