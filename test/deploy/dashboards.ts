import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../apps/local/src/data-folder.js';
import { seriesIn } from './alerts.js';

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
  readonly fieldConfig: { readonly defaults: { readonly unit?: string } };
  /** What must have happened before it shows anything; Grafana passes it over. */
  readonly emptyUnless?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

const folder = join(projectFolder, 'deploy', 'grafana', 'dashboards');

export const dashboards = (): readonly Dashboard[] =>
  globSync('*.json', { cwd: folder })
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard);

/** What a panel asks, with Grafana's variables filled in. */
export const queriesOf = ({ targets }: Panel, establishment: string): readonly string[] =>
  targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '30s').replaceAll('$establishment', establishment));

/** A sentence for each panel that asks for what is not there, or that one of two languages cannot read. */
export const faultsOfDashboard = (
  { uid, title, panels, templating }: Dashboard,
  series: ReadonlySet<string>,
): readonly string[] => {
  const isBilingual = (text: string): boolean => /\S · \S/.test(text);
  const asked = [
    ...panels.flatMap((panel) => panel.targets.map(({ expr }) => [panel.title, expr] as const)),
    ...templating.list.map(({ query }) => ['a variable', typeof query === 'string' ? query : query.query] as const),
  ];
  return [
    ...(isBilingual(title) ? [] : [`${uid}: its title is in one language`]),
    ...panels.filter((panel) => !isBilingual(panel.title)).map((panel) => `${uid}, ${panel.title}: in one language`),
    ...panels.filter((panel) => panel.targets.length === 0).map((panel) => `${uid}, ${panel.title}: asks nothing`),
    ...panels
      .filter((panel) => panel.fieldConfig.defaults.unit === undefined)
      .map((panel) => `${uid}, ${panel.title}: no unit`),
    ...panels
      .filter(({ id }, index) => panels.findIndex((other) => other.id === id) !== index)
      .map((panel) => `${uid}, ${panel.title}: its id is another panel's`),
    ...asked.flatMap(([where, expr]) =>
      seriesIn(expr)
        .filter((name) => !series.has(name))
        .map((name) => `${uid}, ${where}: ${name} is not in docs/metrics.md`),
    ),
  ];
};
