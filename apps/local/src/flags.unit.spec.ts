import { describe, expect, it } from 'vitest';
import { parseFlags } from './flags.js';

describe('the flags of npm start', () => {
  it('are all off without any', () => {
    expect(parseFlags([])).toEqual({
      fresh: false,
      quietFeed: false,
      tls: false,
      ephemeral: false,
      rate: 5,
      help: false,
    });
  });

  it('are read', () => {
    const args = [
      '--fresh',
      '--quiet-feed',
      '--ephemeral',
      '--port-base',
      '31000',
      '--ready-file',
      'r.json',
      '--rate=50',
      '--tls',
    ];
    expect(parseFlags(args)).toEqual({
      fresh: true,
      quietFeed: true,
      tls: true,
      ephemeral: true,
      portBase: 31_000,
      readyFile: 'r.json',
      rate: 50,
      help: false,
    });
  });

  it.each([
    [['--port-bse', '1'], /--port-bse/],
    [['--port-base', '80'], /--port-base 80: not a whole number from 1024 to 65524/],
    [['--port-base', '65525'], /--port-base/],
    [['--rate', '-1'], /--rate/],
    [['--rate', '0'], /--rate 0/],
    [['--ready-file'], /--ready-file/],
    [['extra'], /extra/],
  ])('refuse %j with a sentence', (args, sentence) => {
    expect(() => parseFlags(args)).toThrow(sentence);
    expect(() => parseFlags(args)).toThrow(expect.objectContaining({ code: 'input.invalid' }));
  });
});
