import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../apps/cli/src/verbs.js';
import { projectFolder } from '../../apps/local/src/data-folder.js';
import { metrics, seriesOf } from '../gates/metrics.js';
import { type Alert, alerts, faultsOf, type Known, problemCodes, runbookOf, testNames } from './alerts.js';

describe('alerts', async () => {
  const known: Known = {
    series: new Set((await metrics()).flatMap(seriesOf)),
    codes: problemCodes(),
    verbs,
    tests: testNames(),
    runbook: runbookOf,
  };
  const all = alerts();

  it('say what they mean in both languages, ask for numbers that exist, and have tests and a runbook whose commands exist', () => {
    expect(all.length).toBeGreaterThan(30);
    expect(all.flatMap((alert) => faultsOf(alert, known))).toEqual([]);
  });

  it('have a page each, and no page is left over', () => {
    const names = all.map(({ alert }) => alert).toSorted();
    const pages = globSync('docs/runbooks/Reprise*.md', { cwd: projectFolder }).map((path) => path.slice(14, -3));
    expect(pages.toSorted()).toEqual(names);
    const index = readFileSync(join(projectFolder, 'docs', 'runbooks', 'README.md'), 'utf8');
    expect(names.filter((name) => !index.includes(`(${name}.md)`))).toEqual([]);
  });

  it('leave no problem that status tells untold', () => {
    const told = all.map(({ expr }) => expr).find((expr) => expr.includes('code!~'));
    const elsewhere = /code!~"([^"]*)"/.exec(told ?? '')?.[1]?.split('|') ?? [];
    const named = all.filter(({ expr }) => expr !== told).map(({ expr }) => expr);
    const byNumber = ['replica.behind', 'sender.silent', 'sender.over-quota', 'events.parked', 'certificate.ends'];
    expect(elsewhere.filter((code) => !byNumber.includes(code) && !named.some((expr) => expr.includes(code)))).toEqual(
      [],
    );
  });

  it('would be refused for each thing that they lack', () => {
    const bad: Alert = {
      alert: 'Bad',
      expr: 'reprise_lag_secondes{code="replica.unreachble"} > 0',
      labels: { severity: 'loud' },
      annotations: { summary: 'x', description: 'x', summary_fr: 'x' },
    };
    const page = '# Bad\n\n## English\n\n`reprise statuss` `npx reprise status --wach`\n';
    expect(faultsOf(bad, { ...known, runbook: () => page })).toEqual([
      'Bad: severity is critical or warning',
      'Bad: no description_fr',
      'Bad: runbook_url names another page',
      'Bad: its runbook has no "## Français"',
      'Bad: no test in which it fires',
      'Bad: no test in which it is silent',
      'Bad: reprise_lag_secondes is not in docs/metrics.md',
      'Bad: no problem has the code replica.unreachble',
      'Bad: reprise statuss: no such verb',
      'Bad: reprise status: no flag --wach',
    ]);
  });
});
