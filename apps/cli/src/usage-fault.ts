import type { CommanderError } from 'commander';
import { CliFailure } from './session/cli-failure.js';
import { exitCodes } from './session/exit-codes.js';
import type { Say } from './words/words.js';

/** Commander's sentences are English; what they name is said again in the language asked for. */
const sentence = ({ code, message }: CommanderError, say: Say): string => {
  const [, named = ''] = /'([^']+)'/.exec(message) ?? [];
  switch (code) {
    case 'commander.unknownOption':
      return say('usage.unknown-option', { named });
    case 'commander.unknownCommand':
      return say('usage.unknown-verb', { named });
    case 'commander.missingArgument':
      return say('usage.missing-argument', { named });
    case 'commander.optionMissingArgument':
      return say('usage.missing-value', { named });
    case 'commander.excessArguments':
      return say('usage.too-many');
    case 'commander.invalidArgument': {
      const [, value = ''] = /(?:argument|value) '([^']*)' is invalid/.exec(message) ?? [];
      const [, of = named] = /for argument '([^']+)'/.exec(message) ?? [];
      return say('usage.not-a-choice', { value, named: of });
    }
    default:
      return message.replace(/^error: /, '');
  }
};

const help = ({ message }: CommanderError, say: Say, command: string): string => {
  const [, near] = /\(Did you mean (?:one of )?(.+)\?\)/.exec(message) ?? [];
  if (near) return say('usage.did-you-mean', { near });
  const [, choices] = /Allowed choices are (.+)\./.exec(message) ?? [];
  return choices ? say('usage.choices', { choices }) : say('usage.see-help', { command });
};

export const usageFault = (error: CommanderError, say: Say, command: string): CliFailure =>
  new CliFailure(exitCodes.usage, sentence(error, say), help(error, say, command));
