import { exitCodes } from '../session/exit-codes.js';
import type { RunVerb } from '../session/session.js';
import { type Flag, generalFlags, groups, type Verb } from '../verb.js';
import type { Say } from '../words/words.js';

const names = (flags: readonly Flag[]): readonly string[] => [...flags, ...generalFlags].map(({ name }) => `--${name}`);
const secondWords = (verbs: readonly Verb[], group: string): readonly string[] =>
  verbs.flatMap(({ path }) => (path.startsWith(`${group} `) ? [path.slice(group.length + 1)] : []));
const firstWords = (verbs: readonly Verb[]): readonly string[] => [
  ...new Set(verbs.map(({ path }) => path.split(' ')[0] ?? '')),
];

const choices = (flags: readonly Flag[]): readonly (readonly [string, readonly string[]])[] =>
  flags.flatMap((flag): [string, readonly string[]][] => (flag.choices ? [[`--${flag.name}`, flag.choices]] : []));

/** zsh runs it too, through bashcompinit. */
const bash = (verbs: readonly Verb[]): string => {
  const caseOf = (pattern: string, words: readonly string[]): string => `    ${pattern}) words="${words.join(' ')}" ;;`;
  const values = [...choices(generalFlags), ...verbs.flatMap(({ flags }) => choices(flags))].map(([flag, of]) =>
    caseOf(flag, of),
  );
  const flags = verbs.map((verb) => caseOf(`"${verb.path}"`, [...names(verb.flags), ...(verb.choices ?? [])]));
  return `_reprise() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" first="" second="" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      -*) ;;
      *) if [ -z "$first" ]; then first="$word"; elif [ -z "$second" ]; then second="$word"; fi ;;
    esac
  done
  case "$previous" in
    --token-file) COMPREPLY=($(compgen -f -- "$current")); return ;;
${values.join('\n')}
  esac
  [ -n "$words" ] && { COMPREPLY=($(compgen -W "$words" -- "$current")); return; }
  case "$first \${second}" in
${groups.map((group) => caseOf(`"${group} "`, secondWords(verbs, group))).join('\n')}
    " ") words="${[...firstWords(verbs), ...generalFlags.map(({ name }) => `--${name}`)].join(' ')}" ;;
    "certificate verify") COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
  [ -z "$words" ] && case "$first \${second}" in
${flags.join('\n')}
  esac
  [ -z "$words" ] && case "$first" in
${flags.filter((line) => !/^ +"[^"]* /.test(line)).join('\n')}
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
  const conditionOf = ({ path }: Verb): string =>
    path
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
  const flagLine = (flag: Flag, when?: string): string =>
    [
      'complete -c reprise',
      flag.name === 'token-file' ? '' : '-f',
      when === undefined ? '' : `-n ${quoted(when)}`,
      `-l ${flag.name}`,
      flag.value === undefined ? '' : '-r',
      flag.choices ? `-a ${quoted(flag.choices.join(' '))}` : '',
      `-d ${quoted(say(`flag.${flag.name}`))}`,
    ]
      .filter((part) => part !== '')
      .join(' ');
  const lines = verbs.flatMap((verb) => {
    const [first = '', second] = verb.path.split(' ');
    const about = say(`verb.${verb.path}`);
    return [
      second === undefined
        ? offer('__fish_use_subcommand', first, about)
        : offer(
            `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${secondWords(verbs, first).join(' ')}`,
            second,
            about,
          ),
      ...(verb.choices ?? []).map((word) => offer(conditionOf(verb), word, about)),
      ...verb.flags.map((flag) => flagLine(flag, conditionOf(verb))),
    ];
  });
  const groupLines = groups.map((group) => offer('__fish_use_subcommand', group, say(`group.${group}`)));
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
