import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../apps/local/src/data-folder.js';
import { type DeployCheck, failed, held, notChecked } from './check.js';

const folder = join(projectFolder, 'deploy', 'prometheus');

const files = (of: string): readonly string[] => globSync(`${of}/*.yaml`, { cwd: folder }).toSorted();

const promtool = (args: readonly string[]): { readonly ok: boolean; readonly said: string } | 'absent' => {
  const run = spawnSync('promtool', [...args], { cwd: folder, encoding: 'utf8' });
  return run.error ? 'absent' : { ok: run.status === 0, said: `${run.stdout}${run.stderr}`.trim() };
};

/** `promtool check rules` and `promtool test rules`: each alert fires when it must, and is silent when it must not. */
export const prometheusRules: DeployCheck = {
  name: 'Prometheus rules',
  run: async () => {
    const checked = promtool(['check', 'rules', ...files('rules')]);
    if (checked === 'absent') return notChecked('promtool is not there (Debian: apt-get install prometheus)');
    const tested = promtool(['test', 'rules', ...files('tests')]);
    if (tested === 'absent') return notChecked('promtool went away');
    const wrong = [checked, tested].filter(({ ok }) => !ok);
    if (wrong.length > 0) return failed(wrong.flatMap(({ said }) => said.split('\n')));
    const rules = [...checked.said.matchAll(/(\d+) rules found/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    return held(`rules: ${rules}; files of tests that pass: ${files('tests').length}`);
  },
};
