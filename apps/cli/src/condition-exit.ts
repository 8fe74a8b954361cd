import { exitCodes } from './session/exit-codes.js';
import { type Json, textAt } from './session/json.js';

/** How a call ends that was told of these: where only what is away is wrong, trying again may help. */
export const conditionExit = (told: readonly Json[]): number => {
  const wrong = told.filter((one) => textAt(one, 'state') === 'wrong');
  if (wrong.length === 0) return exitCodes.ok;
  return wrong.every((one) => textAt(one, 'code').endsWith('.unreachable')) ? exitCodes.tryAgain : exitCodes.failure;
};
