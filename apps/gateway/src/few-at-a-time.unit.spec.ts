import { expect, it } from 'vitest';
import { FewAtATime } from './few-at-a-time.js';

it('a few are at work at a time, in their order, and what fails gives its place to the next', async () => {
  const few = new FewAtATime(3);
  const begun: number[] = [];
  let [atWork, most] = [0, 0];
  const work = (n: number) => async (): Promise<number> => {
    begun.push(n);
    most = Math.max(most, ++atWork);
    await new Promise(setImmediate);
    atWork -= 1;
    if (n % 5 === 0) throw new Error('broken');
    return n;
  };
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const done = await Promise.allSettled(numbers.map((n) => few.run(work(n))));
  expect([most, begun]).toEqual([3, numbers]);
  expect(done.filter(({ status }) => status === 'rejected')).toHaveLength(4);
  expect(await few.run(work(21))).toBe(21);
});
