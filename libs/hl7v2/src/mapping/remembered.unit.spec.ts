import { describe, expect, it } from 'vitest';
import { Remembered } from './remembered.js';

/** What is made of words, and how often it was made. */
const counted = (max: number) => {
  let made = 0;
  const remembered = new Remembered<{ words: string }>(max);
  return { of: (words: string) => remembered.of(words, (own) => ({ words: own, made: ++made })), made: () => made };
};

describe('what is remembered between messages', () => {
  it('is made once of the same words', () => {
    const { of, made } = counted(10);
    expect(of('BANC&1.2.3')).toBe(of('BANC&1.2.3'));
    expect(of('BANC').words).toBe('BANC');
    expect(made()).toBe(2);
  });

  it('is forgotten when it is too much', () => {
    const { of, made } = counted(2);
    for (const words of ['a', 'b', 'c', 'a', 'c']) of(words);
    expect(made()).toBe(4);
  });

  it('is nothing that is longer than names are', () => {
    const { of, made } = counted(10);
    for (const words of ['é'.repeat(1000), 'é'.repeat(1001), 'é'.repeat(1001), 'é'.repeat(1000)])
      expect(of(words).words).toBe(words);
    expect(made()).toBe(3);
  });
});
