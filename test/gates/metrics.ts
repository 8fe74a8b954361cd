import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import ts from 'typescript';

export interface Metric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** `gateway`, or `each` for what every process that has /metrics tells. */
  readonly app: string;
  /** Made by prom-client itself: its names are not ours to choose. */
  readonly isUsual: boolean;
}

const root = join(import.meta.dirname, '..', '..');

const kinds = new Map([
  ['Counter', 'counter'],
  ['Gauge', 'gauge'],
  ['Histogram', 'histogram'],
] as const);

/**
 * Labels that a metric may have: each has few values, told by the territory's declaration or by the code. A record, a patient, a caller's
 * token or an address is none, and never will be.
 */
const boundedLabels: ReadonlySet<string> = new Set(
  `establishment replica sender dependency pool door turn wire version kind code state outcome reason
   http_request_method http_route http_response_status_class`.split(/\s+/),
);

const textOf = (expression: ts.Expression | undefined): string | undefined =>
  expression && ts.isStringLiteralLike(expression) ? expression.text : undefined;

const metricsOf = (file: string, text = readFileSync(join(root, file), 'utf8')): readonly Metric[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const found: Metric[] = [];
  const written = (expression: ts.Expression): ts.Expression => {
    if (ts.isAsExpression(expression)) return written(expression.expression);
    const named = ts.isIdentifier(expression) ? constants.get(expression.text) : undefined;
    return named ? written(named) : expression;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer) constants.set(node.name.getText(), node.initializer);
    const kind = ts.isNewExpression(node) ? kinds.get(node.expression.getText() as 'Counter') : undefined;
    const [options] = ts.isNewExpression(node) ? (node.arguments ?? []) : [];
    if (kind && options && ts.isObjectLiteralExpression(options)) {
      const member = (name: string): ts.Expression | undefined => {
        const property = options.properties.find((one) => one.name?.getText() === name);
        if (property && ts.isShorthandPropertyAssignment(property)) return constants.get(name);
        return property && ts.isPropertyAssignment(property) ? written(property.initializer) : undefined;
      };
      const labels = member('labelNames');
      const list = labels && written(labels);
      found.push({
        name: textOf(member('name')) ?? '',
        kind,
        labels: list && ts.isArrayLiteralExpression(list) ? list.elements.map((one) => textOf(one) ?? '') : [],
        help: textOf(member('help')) ?? '',
        app: /^apps\/([^/]+)/.exec(file)?.[1] ?? 'each',
        isUsual: false,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

/** What Node and the machine tell of a process. */
const usual = async (): Promise<readonly Metric[]> => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'reprise_' });
  const told = await registry.getMetricsAsJSON();
  return told.map(({ name, help, type }) => ({
    name,
    kind: String(type) as Metric['kind'],
    labels: (registry.getSingleMetric(name) as unknown as { readonly labelNames: readonly string[] }).labelNames,
    help: help.replace(/\.$/, ''),
    app: 'each',
    isUsual: true,
  }));
};

/** Every metric that a process of Reprise tells, as the line that makes it says. */
export const metrics = async (): Promise<readonly Metric[]> => [
  ...globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: root })
    .filter((file) => !/\.(?:spec|fixture|contract)\.ts$/.test(file))
    .toSorted()
    .flatMap((file) => metricsOf(file)),
  ...(await usual()),
];

/** As an expression may name it: a histogram has three names. */
export const seriesOf = ({ name, kind }: Metric): readonly string[] =>
  kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];

/** What breaks the rules of names (Prometheus: "Metric and label naming"; OpenTelemetry for HTTP), a sentence each. */
export const faultsOf = ({ name, kind, labels, help, isUsual }: Metric): readonly string[] => {
  const fault = (isFault: boolean, sentence: string): readonly string[] =>
    isFault ? [`${name || 'a metric without a name'}: ${sentence}`] : [];
  return [
    ...fault(help.length < 15, 'its help does not say what it means'),
    ...(isUsual
      ? []
      : [
          ...fault(!/^(?:reprise|http_server)(?:_[a-z0-9]+)+$/.test(name), 'begins with reprise_ or http_server_'),
          ...fault((kind === 'counter') !== name.endsWith('_total'), 'a counter, and nothing else, ends in _total'),
          ...fault(kind === 'histogram' && !/_(?:seconds|bytes)$/.test(name), 'a histogram ends in its unit'),
          ...fault(/_(?:ms|millis|milliseconds|minutes|hours|kb|mb|percent)(?:_|$)/.test(name), 'a base unit'),
          ...fault(help.endsWith('.'), 'its help ends without a full stop'),
          ...labels.flatMap((label) => fault(!boundedLabels.has(label), `${label} is no label of few values`)),
        ]),
  ];
};

/** Of one text, for the gate's own test. */
export const metricsIn = (text: string): readonly Metric[] => metricsOf('apps/sample/src/x.ts', text);

const unitOf = (name: string): string => {
  if (/timestamp_seconds$|start_time_seconds$/.test(name)) return 'Unix time, s';
  if (/_seconds(?:_total)?$/.test(name) || /_lag_.*_seconds|_seconds_/.test(name)) return 's';
  return /_bytes(?:_total)?$/.test(name) ? 'bytes' : 'number';
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const row = ({ name, kind, labels, help }: Metric): string =>
  `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${unitOf(name)} | ${cell(help)} |`;

const table = (title: string, rows: readonly Metric[]): string =>
  [
    `## ${title}`,
    '',
    '| name | kind | labels | unit | what it means |',
    '|---|---|---|---|---|',
    ...rows.map(row),
    '',
  ].join('\n');

/** `docs/metrics.md`. */
export const metricsPage = (all: readonly Metric[]): string => {
  const apps = [...new Set(all.map(({ app }) => app))].filter((app) => app !== 'each').toSorted();
  const ofNode = all.filter(({ isUsual }) => isUsual);
  const ofEach = all.filter(({ app, isUsual }) => app === 'each' && !isUsual);
  return `# Metrics

What \`/metrics\` of each process tells, by Prometheus's names and OpenTelemetry's conventions for HTTP. Labels hold numbers of establishments and names of
senders, replicas and parts of the program, never a record, a patient or a caller. Made from the code:
\`npx vitest run --project unit test/gates/metrics -u\` writes this page anew, and a test fails where the two differ.

${table('Every process', ofEach)}
${apps
  .map((app) =>
    table(
      `\`${app}\``,
      all.filter((metric) => metric.app === app),
    ),
  )
  .join('\n')}
${table('Every process: Node and the machine, as prom-client tells them', ofNode)}`;
};
