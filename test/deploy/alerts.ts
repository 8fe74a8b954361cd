import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { generalFlags, type Verb } from '../../apps/cli/src/verb.js';
import { projectFolder } from '../../apps/local/src/data-folder.js';

/** An alert as its file says it. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What an alert must be true to. */
export interface Known {
  /** Names that an expression may ask for. */
  readonly series: ReadonlySet<string>;
  readonly codes: ReadonlySet<string>;
  readonly verbs: readonly Verb[];
  /** Names of tests of rules. */
  readonly tests: ReadonlySet<string>;
  readonly runbook: (alert: string) => string | undefined;
}

const folder = join(projectFolder, 'deploy', 'prometheus');

const read = <T>(pattern: string): readonly T[] =>
  globSync(pattern, { cwd: folder })
    .toSorted()
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as T);

export const alerts = (): readonly Alert[] =>
  read<{ readonly groups: readonly { readonly rules: readonly Alert[] }[] }>('rules/*.yaml').flatMap(({ groups }) =>
    groups.flatMap(({ rules }) => rules),
  );

export const testNames = (): ReadonlySet<string> =>
  new Set(
    read<{ readonly tests: readonly { readonly name: string }[] }>('tests/*.yaml').flatMap(({ tests }) =>
      tests.map(({ name }) => name),
    ),
  );

export const runbookOf = (alert: string): string | undefined => {
  const path = join(projectFolder, 'docs', 'runbooks', `${alert}.md`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

/** Codes of problems, as the sources say them; those of doors are put together from two words. */
export const problemCodes = (): ReadonlySet<string> => {
  const files = globSync(['libs/usecases/src/operate/**/*.ts', 'apps/control/src/status/*.ts'], { cwd: projectFolder });
  const literals = files
    .filter((file) => !file.endsWith('.spec.ts'))
    .flatMap((file) => [...readFileSync(join(projectFolder, file), 'utf8').matchAll(/'([a-z]+\.[a-z-]+)'/g)])
    .map(([, code = '']) => code);
  const doors = ['gateway', 'reader'].flatMap((door) => [`${door}.unreachable`, `${door}.unready`]);
  return new Set([...literals, ...doors]);
};

/** Names of series in an expression, without those of functions, labels and values. */
export const seriesIn = (expression: string): readonly string[] => [
  ...new Set(expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(/\b(?:reprise|http_server)_[a-z0-9_]+/g)),
];

const codesIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/\bcode(?:=|=~|!~)"([^"]*)"/g)].flatMap(([, codes = '']) => codes.split('|'));

/** Commands in a page, with what is wrong with each. */
const commandFaults = (page: string, verbs: readonly Verb[]): readonly string[] =>
  [...page.matchAll(/(?:^\$ npx |`(?:npx )?)reprise ([a-z][^`\n]*)/gm)].flatMap(([, rest = '']) => {
    const verb = verbs
      .filter(({ path }) => rest === path || rest.startsWith(`${path} `))
      .toSorted((a, b) => b.path.length - a.path.length)[0];
    if (!verb) return [`reprise ${rest}: no such verb`];
    const known = [...verb.flags, ...generalFlags].map(({ name }) => `--${name}`);
    return [...rest.matchAll(/ (--[a-z-]+)/g)]
      .filter(([, flag = '']) => !known.includes(flag))
      .map(([, flag]) => `reprise ${verb.path}: no flag ${flag}`);
  });

const texts = ['summary', 'description', 'summary_fr', 'description_fr'];

/** A sentence for each thing that an alert, its runbook or its tests lack. */
export const faultsOf = ({ alert, expr, labels, annotations }: Alert, known: Known): readonly string[] => {
  const { series, codes, verbs, tests, runbook } = known;
  const page = runbook(alert) ?? '';
  const fault = (isFault: boolean, sentence: string): readonly string[] => (isFault ? [`${alert}: ${sentence}`] : []);
  return [
    ...fault(!/^(?:critical|warning)$/.test(labels['severity'] ?? ''), 'severity is critical or warning'),
    ...texts.flatMap((name) => fault((annotations[name] ?? '') === '', `no ${name}`)),
    ...fault(annotations['runbook_url'] !== `docs/runbooks/${alert}.md`, 'runbook_url names another page'),
    ...['## Français', '## English'].flatMap((part) =>
      fault(!page.includes(`\n${part}\n`), `its runbook has no "${part}"`),
    ),
    ...['fires', 'is silent'].flatMap((what) => fault(!tests.has(`${alert} ${what}`), `no test in which it ${what}`)),
    ...seriesIn(expr).flatMap((name) => fault(!series.has(name), `${name} is not in docs/metrics.md`)),
    ...codesIn(expr).flatMap((code) => fault(!codes.has(code), `no problem has the code ${code}`)),
    ...commandFaults(page, verbs).map((sentence) => `${alert}: ${sentence}`),
  ];
};
