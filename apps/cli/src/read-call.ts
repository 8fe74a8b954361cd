import { Argument, Command, CommanderError, Option } from 'commander';
import { groupHelp, programHelp, verbHelp } from './help.js';
import { Flags } from './session/flags.js';
import { usageFault } from './usage-fault.js';
import { type Flag, generalFlags, groups, type Verb } from './verb.js';
import { verbs } from './verbs.js';
import type { Say } from './words/words.js';

/** What the command line asks for. */
export type Call =
  | { readonly kind: 'verb'; readonly verb: Verb; readonly arguments: readonly string[]; readonly flags: Flags }
  | { readonly kind: 'help'; readonly text: string; readonly asked: boolean };

const optionOf = (flag: Flag): Option => {
  const option = new Option(flag.value === undefined ? `--${flag.name}` : `--${flag.name} <${flag.value}>`);
  if (flag.choices) option.choices([...flag.choices]);
  return flag.many ? option.default([]).argParser((value, before: readonly string[]) => [...before, value]) : option;
};

const flagsOf = (command: Command, known: readonly Flag[]): Flags => {
  const values = command.optsWithGlobals<Record<string, unknown>>();
  const given = known.flatMap((flag): [string, readonly string[]][] => {
    const value = values[optionOf(flag).attributeName()];
    // Commander turns `--no-progress` round: `progress` is true unless it was given.
    if (flag.name === 'no-progress') return value === false ? [[flag.name, []]] : [];
    if (value === true) return [[flag.name, []]];
    const texts = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
    return texts.length > 0 ? [[flag.name, texts]] : [];
  });
  return new Flags(new Map(given));
};

const argumentOf = ({ argument, choices }: Verb): Argument | undefined => {
  if (!argument) return undefined;
  const { name, presence } = argument;
  const made = new Argument(presence === 'required' ? `<${name}>` : presence === 'many' ? `<${name}...>` : `[${name}]`);
  return choices ? made.choices([...choices]) : made;
};

const addVerb = (to: Command, name: string, verb: Verb, say: Say, choose: (call: Call) => void): void => {
  const command = to.command(name).helpOption('-h, --help');
  command.helpInformation = () => verbHelp(verb, say);
  const argument = argumentOf(verb);
  if (argument) command.addArgument(argument);
  for (const flag of verb.flags) command.addOption(optionOf(flag));
  command.action((...given: unknown[]) => {
    const first = argument ? given[0] : undefined;
    choose({
      kind: 'verb',
      verb,
      arguments: Array.isArray(first) ? first.map(String) : typeof first === 'string' ? [first] : [],
      flags: flagsOf(command, [...verb.flags, ...generalFlags]),
    });
  });
};

const makeProgram = (say: Say, choose: (call: Call) => void, write: (text: string) => void): Command => {
  const program = new Command('reprise').exitOverride().helpOption('-h, --help');
  program.configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined });
  program.helpInformation = () => programHelp(say);
  for (const flag of generalFlags) program.addOption(optionOf(flag));
  // A group stands behind the one that it belongs to.
  const parents = new Map<string, Command>();
  for (const name of groups) {
    const [own = '', of = ''] = name.split(' ').toReversed();
    const group = (parents.get(of) ?? program).command(own).helpOption('-h, --help');
    group.helpInformation = () => groupHelp(name, say);
    parents.set(name, group);
  }
  for (const verb of verbs) {
    const words = verb.path.split(' ');
    addVerb(parents.get(words.slice(0, -1).join(' ')) ?? program, words.at(-1) ?? '', verb, say, choose);
  }
  return program;
};

/** The verb or group that the words name as far as they go, for "--help shows how"; values of flags may stand before it. */
const nearest = (argv: readonly string[]): string => {
  const line = ` ${argv.filter((word) => !word.startsWith('-')).join(' ')} `;
  const named = [...verbs.map(({ path }) => path), ...groups].find((path) => line.includes(` ${path} `));
  return named === undefined ? 'reprise' : `reprise ${named}`;
};

/** Throws CliFailure with exit code 2 for what cannot be understood. */
export const readCall = (argv: readonly string[], say: Say): Call => {
  const chosen: Call[] = [];
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  try {
    makeProgram(say, (call) => chosen.push(call), write).parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text, asked: true };
    if (error.code === 'commander.help') return { kind: 'help', text, asked: argv.includes('help') };
    throw usageFault(error, say, nearest(argv));
  }
  const [call] = chosen;
  if (!call) throw new Error('commander chose no verb');
  return call;
};
