import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Where control's words come from: what it does with operators' requests. */
const sources = [
  'apps/control/src/**/*.ts',
  'libs/usecases/src/operate/**/*.ts',
  'libs/usecases/src/directory/*-rules.ts',
  'libs/kafka/src/*.ts',
  'libs/postgres/src/drift/sentences.ts',
  'libs/platform/src/callers/caller.guard.ts',
];
/** Files whose sentences are shown as they are, and not thrown. */
const shown = /\/(?:doctor|what-moved|restore-report|sentences)\.ts$/;
/** Said in both languages where it is made, or in the log of a control that does not start. */
const unseen =
  /\/senders\/(?:read-profile|profile-fields|profile-schema)\.ts$|\/(?:boot-control|declare-territory)\.ts$|\.spec\.ts$/;

/** Single words that are shown. */
const shownWords = ['versions', 'directory', 'ready', 'signature', 'timeline', 'records', 'parked', 'events', 'gaps'];

/** What stands for a value in a sentence. */
const value = 'x1';

/** Every text that the expression can be, with `x1` for what only a run can tell. */
const textsOf = (node: ts.Expression, file: ts.SourceFile): readonly string[] => {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, file);
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue, file), ...textsOf(node.whenFalse, file)];
  if (ts.isTemplateExpression(node))
    return node.templateSpans.reduce<readonly string[]>(
      (before, { expression, literal }) =>
        before.flatMap((text) => textsOf(expression, file).map((part) => `${text}${part}${literal.text}`)),
      [node.head.text],
    );
  if (ts.isIdentifier(node)) return constantTexts(node.text, file);
  return [value];
};

const constantTexts = (name: string, file: ts.SourceFile): readonly string[] => {
  let found: readonly string[] = [value];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name) && node.name.text === name)
      if (ts.isConditionalExpression(node.initializer) || ts.isStringLiteralLike(node.initializer))
        found = textsOf(node.initializer, file);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
};

/** Neither a word of the code nor a path. */
const isSentence = (text: string): boolean =>
  /[a-z]{2}/i.test(text.replaceAll(value, '')) && (text.includes(' ') || shownWords.includes(text));

/** The sentences that a call or an instantiation is given. */
const saidBy = (node: ts.CallExpression | ts.NewExpression, file: ts.SourceFile): readonly string[] => {
  const [first, second, third] = (node.arguments ?? []).map((argument) => textsOf(argument, file));
  switch (node.expression.getText(file)) {
    case 'Failure':
      return [...(second ?? []), ...(third ?? [])];
    case 'refused':
    case 'usage':
      return [...(first ?? []), ...(second ?? [])];
    case 'fault':
      return (first ?? []).flatMap((member) => (second ?? []).map((expected) => `${member} ${expected}`));
    case 'check':
    case 'objection':
    case 'untrusted':
      return first ?? [];
    case 'of':
      return (first ?? []).map((what) => `${what} (${value}, ${value})`);
    default:
      return [];
  }
};

const sentencesIn = (path: string): readonly string[] => {
  const file = ts.createSourceFile(path, readFileSync(`${root}${path}`, 'utf8'), ts.ScriptTarget.Latest, true);
  const sentences: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) sentences.push(...saidBy(node, file));
    if (shown.test(path) && (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)))
      sentences.push(...textsOf(node, file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return sentences.filter((text) => isSentence(text));
};

/** Every sentence that control can say to an operator, `x1` standing for its values; where it stands in the code. */
export const controlSentences = (): ReadonlyMap<string, string> =>
  new Map(
    sources
      .flatMap((pattern) => globSync(pattern, { cwd: root }))
      .filter((path) => !unseen.test(path))
      .flatMap((path) => sentencesIn(path).map((sentence) => [sentence, path] as const)),
  );
