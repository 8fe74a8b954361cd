import { type Flag, generalFlags, groups, type Verb } from './verb.js';
import { verbs } from './verbs.js';
import type { Say } from './words/words.js';

const indent = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
};

export const spelled = ({ name, value }: Flag): string => (value === undefined ? `--${name}` : `--${name} ${value}`);

const argumentText = ({ argument }: Verb): string => {
  if (!argument) return '';
  const { name, presence } = argument;
  return presence === 'required' ? ` ${name}` : presence === 'many' ? ` ${name}…` : ` [${name}]`;
};

const flagRows = (flags: readonly Flag[], say: Say): readonly (readonly [string, string])[] =>
  flags.map((flag) => {
    const choices = flag.choices ? ` (${say('help.one-of', { choices: flag.choices.join(', ') })})` : '';
    return [spelled(flag), `${say(`flag.${flag.name}`)}${choices}`];
  });

const block = (title: string, body: string): string => `${title}\n${body}\n`;

const ending = (say: Say): readonly string[] => [
  block(say('help.general'), indent([...flagRows(generalFlags, say), ['-h, --help', say('flag.help')]])),
];

const exampleBlock = (examples: readonly string[], say: Say): string =>
  block(say('help.examples'), examples.map((line) => `  ${line}`).join('\n'));

const verbRows = (of: readonly Verb[], say: Say): string =>
  indent(of.map((verb) => [`${verb.path}${argumentText(verb)}`, say(`verb.${verb.path}`)]));

/** Examples first: they are what is looked for. */
export const verbHelp = (verb: Verb, say: Say): string => {
  const { argument, flags, path, examples } = verb;
  const usage = `  reprise ${path}${argumentText(verb)}${flags.length > 0 ? ' [--…]' : ''}`;
  return [
    `${say(`verb.${path}`)}\n`,
    exampleBlock(examples, say),
    block(say('help.usage'), usage),
    ...(argument ? [block(say('help.arguments'), indent([[argument.name, say(`argument.${argument.name}`)]]))] : []),
    ...(flags.length > 0 ? [block(say('help.flags'), indent(flagRows(flags, say)))] : []),
    ...ending(say),
  ].join('\n');
};

export const groupHelp = (name: (typeof groups)[number], say: Say): string => {
  const own = verbs.filter(({ path }) => path.startsWith(`${name} `));
  return [
    `${say(`group.${name}`)}\n`,
    exampleBlock(
      own.flatMap(({ examples }) => examples.slice(0, 1)),
      say,
    ),
    block(say('help.verbs'), verbRows(own, say)),
    ...ending(say),
  ].join('\n');
};

const firstSteps: readonly string[] = [
  'reprise status',
  'reprise messages --state refused --since "15m ago"',
  'reprise restore plan --establishment 990000010 --to "15m ago"',
  'reprise restore run PLAN',
];

export const programHelp = (say: Say): string =>
  [
    `${say('about')}\n`,
    exampleBlock(firstSteps, say),
    block(say('help.verbs'), verbRows(verbs, say)),
    ...ending(say),
    block(say('help.exit'), `  ${say('help.exit-codes')}`),
  ].join('\n');
