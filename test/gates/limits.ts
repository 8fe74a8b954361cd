import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { limits as messageLimits, limitWords } from '../../libs/hl7v2/src/message/survey.js';

export interface Limit {
  readonly group: string;
  readonly what: string;
  readonly atIt: string;
  /** As the table shows it: `20 MiB`, `30 s`, `500`. */
  readonly value: string;
  /** `libs/fhir/src/search-bounds.ts` */
  readonly file: string;
  readonly name: string;
}

const root = join(import.meta.dirname, '..', '..');

type Bounded = ts.VariableDeclaration | ts.PropertyAssignment;

const isBounded = (node: ts.Node): node is Bounded => ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node);

/** `@limit Reader | conditions of a search | 400 that names the parameter`, above the constant or the member that holds the bound. */
const tagOf = (node: Bounded): string | undefined => {
  const holder = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const tag = ts.getJSDocTags(holder).find(({ tagName }) => tagName.text === 'limit');
  return tag && ts.getTextOfJSDocComment(tag.comment)?.replaceAll(/\s+/g, ' ');
};

const operations = new Map<ts.SyntaxKind, (left: number, right: number) => number>([
  [ts.SyntaxKind.AsteriskToken, (left, right) => left * right],
  [ts.SyntaxKind.AsteriskAsteriskToken, (left, right) => left ** right],
  [ts.SyntaxKind.LessThanLessThanToken, (left, right) => left << right],
  [ts.SyntaxKind.PlusToken, (left, right) => left + right],
  [ts.SyntaxKind.MinusToken, (left, right) => left - right],
  [ts.SyntaxKind.SlashToken, (left, right) => left / right],
]);

/** What is written there: numbers, and names of other constants of the file. Anything else is no bound that can be printed. */
const valueOf = (expression: ts.Expression, constants: ReadonlyMap<string, ts.Expression>): number => {
  const of = (inner: ts.Expression): number => valueOf(inner, constants);
  if (ts.isNumericLiteral(expression)) return Number(expression.text.replaceAll('_', ''));
  if (ts.isParenthesizedExpression(expression)) return of(expression.expression);
  if (ts.isIdentifier(expression)) {
    const named = constants.get(expression.text);
    if (named) return of(named);
  }
  if (ts.isBinaryExpression(expression)) {
    const [left, right] = [of(expression.left), of(expression.right)];
    const counted = operations.get(expression.operatorToken.kind);
    if (counted) return counted(left, right);
  }
  throw new Error(`a limit is a number: ${expression.getText()}`);
};

const grouped = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');

/** By the unit that the constant's name says. */
export const written = (name: string, value: number): string => {
  if (/megabytes/i.test(name)) return grouped(value);
  if (/bytes/i.test(name) && value >= 1000 && value % 1000 === 0)
    return value % 1_000_000 === 0 ? `${grouped(value / 1_000_000)} MB` : `${grouped(value / 1_000)} kB`;
  if (/bytes/i.test(name)) {
    const [unit, size] =
      value >= 1024 ** 3 ? ['GiB', 1024 ** 3] : value >= 1024 ** 2 ? ['MiB', 1024 ** 2] : ['KiB', 1024];
    return value >= 1024 ? `${grouped(value / size)} ${unit}` : `${value} bytes`;
  }
  if (/Ms(?:Max|Min)?$|^msMax$/.test(name))
    return value >= 86_400_000
      ? `${grouped(value / 86_400_000)} d`
      : value >= 1_000
        ? `${grouped(value / 1_000)} s`
        : `${value} ms`;
  if (/seconds/i.test(name)) return `${grouped(value)} s`;
  return grouped(value);
};

const limitsOf = (file: string): readonly Limit[] => {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const found: Limit[] = [];
  const visit = (node: ts.Node): void => {
    if (isBounded(node) && node.initializer) {
      const name = node.name.getText();
      constants.set(name, node.initializer);
      const [group, what, atIt] = tagOf(node)?.split(' | ') ?? [];
      if (group !== undefined) {
        if (!what || !atIt) throw new Error(`${file}: @limit of ${name} wants "group | what | what happens at it"`);
        found.push({ group, what, atIt, file, name, value: written(name, valueOf(node.initializer, constants)) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

const isOurs = (file: string): boolean =>
  !/\.(?:spec|fixture|contract)\.ts$|^libs\/testing\/|^apps\/simulator\//.test(file);

const sources = (): readonly string[] =>
  globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: root }).filter(isOurs).toSorted();

/** What one message may hold has words of its own, which its refusal uses. */
const ofMessages = (): readonly Limit[] =>
  Object.entries(messageLimits).map(([name, most]) => ({
    group: 'HL7 v2',
    what: limitWords[name as keyof typeof limitWords].en,
    atIt: 'AE: split the message',
    value: grouped(most),
    file: 'libs/hl7v2/src/message/survey.ts',
    name,
  }));

/** Every bound of the code, as it stands in the line that enforces it. */
export const limits = (): readonly Limit[] => [...ofMessages(), ...sources().flatMap(limitsOf)];

/** Constants whose name says that they are a bound, and that no table lists. */
export const unlisted = (): readonly string[] =>
  sources().flatMap((file) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /((?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?)^(?:export )?const (\w+Max)\b[^=]*= [\d_]/gm,
      ),
    ]
      .filter(([, doc]) => !/@limit |@inside /.test(doc ?? ''))
      .map(([, , name]) => `${file} ${name}`),
  );

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** `docs/limits.md`. */
export const limitsPage = (): string => {
  const all = limits();
  const groups = [...new Set(all.map(({ group }) => group))].toSorted();
  const tables = groups.map((group) => {
    const rows = all
      .filter((limit) => limit.group === group)
      .map(
        ({ what, value, atIt, file, name }) => `| ${cell(what)} | ${value} | ${cell(atIt)} | \`${name}\` in ${file} |`,
      );
    return [`## ${group}`, '', '| what | bound | at it | where |', '|---|---|---|---|', ...rows, ''].join('\n');
  });
  return `# Limits

Every bound that Reprise keeps, and what happens at it. Made from the code that enforces them (\`@limit\` above each constant):
\`npx vitest run --project unit test/gates/limits -u\` writes this page anew, and a test fails where the two differ.

${tables.join('\n')}`;
};
