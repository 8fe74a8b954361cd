import { describe, expect, it } from 'vitest';
import { Door, type Place } from './door.js';

interface Newcomer {
  readonly sender: string;
  readonly number: number;
}

const doorOf = (placeFor: (newcomer: Newcomer) => Place, waitingMax = 100) => {
  const told: string[] = [];
  const say =
    (word: string) =>
    ({ sender, number }: Newcomer): void =>
      void told.push(`${word} ${sender}${number}`);
  const door = new Door<Newcomer>({
    waitingMax,
    nameOf: ({ sender }) => sender,
    placeFor,
    admit: say('admit'),
    refuse: say('refuse'),
  });
  const come = (sender: string, count: number): void => {
    for (let number = 0; number < count; number++) door.come({ sender, number });
  };
  return { door, told, come };
};

const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('newcomers at the door', () => {
  it('wait for a turn in which sockets are read, and are let in or refused in their order', async () => {
    const { told, come } = doorOf(({ number }) => (number < 2 ? 'free' : 'none'));
    come('a', 3);
    await turns(1);
    expect(told).toEqual([]);
    await turns(2);
    expect(told).toEqual(['admit a0', 'admit a1', 'refuse a2']);
  });

  it('wait on while it is not known who gives way; those of other senders do not wait for them', async () => {
    let isKnown = false;
    const { told, come, door } = doorOf(({ sender }) => (sender === 'b' || isKnown ? 'free' : 'not-yet'));
    come('a', 2);
    come('b', 2);
    await turns(6);
    expect(told).toEqual(['admit b0', 'admit b1']);
    expect([door.hasWaiting('a'), door.hasWaiting('b')]).toEqual([true, false]);
    isKnown = true;
    await turns(4);
    expect(told.slice(2)).toEqual(['admit a0', 'admit a1']);
  });

  it('are bounded over all senders: one more is refused at once', async () => {
    const { told, come } = doorOf(() => 'free', 3);
    come('a', 2);
    come('b', 2);
    expect(told).toEqual(['refuse b1']);
    await turns(4);
    expect(told.toSorted()).toEqual(['admit a0', 'admit a1', 'admit b0', 'refuse b1']);
    come('a', 3);
    expect(told.filter((one) => one.startsWith('refuse'))).toEqual(['refuse b1']);
  });

  it('are refused when it closes', async () => {
    const { told, come, door } = doorOf(() => 'free');
    come('a', 1);
    door.close();
    await turns(4);
    expect(told).toEqual(['refuse a0']);
  });
});
