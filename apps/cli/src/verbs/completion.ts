import { exitCodes } from '../session/exit-codes.js';
import type { RunVerb } from '../session/session.js';
import { type Flag, generalFlags, groups, type Verb } from '../verb.js';
import type { Say } from '../words/words.js';

const names = (flags: readonly Flag[]): readonly string[] => [...flags, ...generalFlags].map(({ name }) => `--${name}`);
/** The words that may stand behind these; behind none, those that a line begins with. */
const wordsBehind = (verbs: readonly Verb[], words: readonly string[]): readonly string[] => [
  ...new Set(
    verbs.flatMap(({ path }) => {
      const all = path.split(' ');
      return words.every((word, index) => all[index] === word) ? all.slice(words.length, words.length + 1) : [];
    }),
  ),
];

const choices = (flags: readonly Flag[]): readonly (readonly [string, readonly string[]])[] =>
  flags.flatMap((flag): [string, readonly string[]][] => (flag.choices ? [[`--${flag.name}`, flag.choices]] : []));

/** Verbs whose argument is a file. */
const takesFile = ({ argument }: Verb): boolean => argument?.name.endsWith('FILE') ?? false;
const fileFlags: readonly string[] = ['token-file', 'ca-file', 'profile', 'secrets'];

/** zsh runs it too, through bashcompinit. */
const bash = (verbs: readonly Verb[]): string => {
  const caseOf = (pattern: string, words: readonly string[]): string => `    ${pattern}) words="${words.join(' ')}" ;;`;
  const values = [...choices(generalFlags), ...verbs.flatMap(({ flags }) => choices(flags))].map(([flag, of]) =>
    caseOf(flag, of),
  );
  // The longest first: an argument may stand behind a verb.
  const flags = verbs
    .toSorted((a, b) => b.path.split(' ').length - a.path.split(' ').length)
    .map((verb) => caseOf(`"${verb.path} "*`, [...names(verb.flags), ...(verb.choices ?? [])]));
  return `_reprise() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" line="" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      -*) ;;
      *) line="$line$word " ;;
    esac
  done
  case "$previous" in
    ${fileFlags.map((name) => `--${name}`).join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
${values.join('\n')}
  esac
  [ -n "$words" ] && { COMPREPLY=($(compgen -W "$words" -- "$current")); return; }
  case "$line" in
    "") words="${[...wordsBehind(verbs, []), ...generalFlags.map(({ name }) => `--${name}`)].join(' ')}" ;;
${groups.map((group) => caseOf(`"${group} "`, wordsBehind(verbs, group.split(' ')))).join('\n')}
    ${verbs
      .filter(takesFile)
      .map(({ path }) => `"${path} "*`)
      .join('|')}) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
  [ -z "$words" ] && case "$line" in
${flags.join('\n')}
  esac
  [ -n "$words" ] && COMPREPLY+=($(compgen -W "$words" -- "$current"))
  return 0
}
complete -F _reprise reprise
`;
};

const zsh = (verbs: readonly Verb[]): string => `#compdef reprise
autoload -U +X bashcompinit && bashcompinit
${bash(verbs)}`;

const fish = (verbs: readonly Verb[], say: Say): string => {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const offer = (when: string, word: string, about: string): string =>
    `complete -c reprise -f -n ${quoted(when)} -a ${word} -d ${quoted(about)}`;
  const seen = (word: string): string => `__fish_seen_subcommand_from ${word}`;
  const conditionOf = ({ path }: Verb): string => path.split(' ').map(seen).join('; and ');
  /** Behind these words, and before any that may stand there. */
  const offerBehind = (words: readonly string[], word: string, about: string): string => {
    const begun = words.map((one) => `${seen(one)}; and `).join('');
    return offer(`${begun}not ${seen(wordsBehind(verbs, words).join(' '))}`, word, about);
  };
  const flagLine = (flag: Flag, when?: string): string =>
    [
      'complete -c reprise',
      fileFlags.includes(flag.name) ? '' : '-f',
      when === undefined ? '' : `-n ${quoted(when)}`,
      `-l ${flag.name}`,
      flag.value === undefined ? '' : '-r',
      flag.choices ? `-a ${quoted(flag.choices.join(' '))}` : '',
      `-d ${quoted(say(`flag.${flag.name}`))}`,
    ]
      .filter((part) => part !== '')
      .join(' ');
  const lines = verbs.flatMap((verb) => {
    const words = verb.path.split(' ');
    return [
      offerBehind(words.slice(0, -1), words.at(-1) ?? '', say(`verb.${verb.path}`)),
      ...(verb.choices ?? []).map((word) => offer(conditionOf(verb), word, say(`verb.${verb.path}`))),
      ...(takesFile(verb) ? [`complete -c reprise -F -n ${quoted(conditionOf(verb))}`] : []),
      ...verb.flags.map((flag) => flagLine(flag, conditionOf(verb))),
    ];
  });
  const groupLines = groups.map((group) => {
    const words = group.split(' ');
    return offerBehind(words.slice(0, -1), words.at(-1) ?? '', say(`group.${group}`));
  });
  return `${[...groupLines, ...lines, ...generalFlags.map((flag) => flagLine(flag))].join('\n')}\n`;
};

/** A script for the shell, made from the table of verbs. */
export const printCompletionOf =
  (verbs: readonly Verb[]): RunVerb =>
  async ({ argument, say, terminal }) => {
    const script = argument === 'fish' ? fish(verbs, say) : argument === 'zsh' ? zsh(verbs) : bash(verbs);
    terminal.stdout.write(script);
    return exitCodes.ok;
  };
