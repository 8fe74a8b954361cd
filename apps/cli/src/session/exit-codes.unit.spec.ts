import { describe, expect, it } from 'vitest';
import { failureCodes } from '#domain';
import { exitCodeByFailure, exitCodeByStatus } from './exit-codes.js';

describe('exit codes', () => {
  it('answer every failure with a code of the contract, and never with 0', () => {
    for (const code of failureCodes) expect([1, 2, 3, 4, 5, 6, 75], code).toContain(exitCodeByFailure[code]);
    for (let status = 300; status < 600; status += 1) expect(exitCodeByStatus(status)).toBeGreaterThan(0);
  });
});
