import { describe, expect, it } from 'vitest';
import { metrics, seriesOf } from '../gates/metrics.js';
import { type Dashboard, dashboards, faultsOfDashboard } from './dashboards.js';

describe('dashboards', async () => {
  const series = new Set((await metrics()).flatMap(seriesOf));
  const all = dashboards();

  it('are three, in both languages, with units, and ask for numbers that exist', () => {
    expect(all.map(({ uid }) => uid)).toEqual(['reprise-establishment', 'reprise-pipeline', 'reprise-territory']);
    expect(all.flatMap((dashboard) => faultsOfDashboard(dashboard, series))).toEqual([]);
  });

  it('have few panels that show nothing while all is well, each with its reason', () => {
    const excused = all.flatMap(({ uid, panels }) =>
      panels.flatMap(({ title, emptyUnless }) =>
        emptyUnless === undefined ? [] : [`${uid}, ${title}: ${emptyUnless}`],
      ),
    );
    expect(excused).toEqual([
      'reprise-establishment, Problèmes · Problems: there is a problem',
      'reprise-pipeline, Octets perdus · Bytes lost: a sender was cut off',
      'reprise-pipeline, Poignées de main TLS échouées · TLS handshakes that failed: somebody was turned away',
      'reprise-territory, Problèmes · Problems: there is a problem',
      'reprise-territory, Jours depuis la dernière restauration prouvée · Days since the last proven restore: a restore was proven',
    ]);
  });

  it('would be refused for each thing that they lack', () => {
    const panel = { id: 1, title: 'Lag', targets: [{ expr: 'max(reprise_lag)' }], fieldConfig: { defaults: {} } };
    const bad: Dashboard = {
      uid: 'bad',
      title: 'Bad',
      panels: [panel, { ...panel, title: 'Retard · Lag', targets: [] }],
      templating: { list: [{ query: 'label_values(reprise_nothing, replica)' }] },
    };
    expect(faultsOfDashboard(bad, series)).toEqual([
      'bad: its title is in one language',
      'bad, Lag: in one language',
      'bad, Retard · Lag: asks nothing',
      'bad, Lag: no unit',
      'bad, Retard · Lag: no unit',
      "bad, Retard · Lag: its id is another panel's",
      'bad, Lag: reprise_lag is not in docs/metrics.md',
      'bad, a variable: reprise_nothing is not in docs/metrics.md',
    ]);
  });
});
