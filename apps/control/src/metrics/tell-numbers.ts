import { Failure, type Instant } from '#domain';
import type { LogTopics } from '#kafka';
import type { DirectoryDecisions, LookForProblems, ReportStatus } from '#usecases';
import type { RestoreDesk } from '../restores/restore-desk.js';
import { settingsWrong } from './control-metrics.js';
import { showInSync, showProblems, showRestores, showStatus } from './show-numbers.js';

export interface NumbersParts {
  readonly decisions: DirectoryDecisions;
  readonly desk: RestoreDesk;
  readonly problems: LookForProblems;
  readonly status: ReportStatus;
  readonly topics: LogTopics;
  readonly now: () => Instant;
}

/** Looks as `status` looks, for `/metrics`: what an operator is told and what Prometheus is told come from one place. Throws the first failure. */
export const tellNumbers = async ({ decisions, desk, problems, status, topics, now }: NumbersParts): Promise<void> => {
  const { directory } = decisions;
  const looked = await Promise.allSettled([
    problems.look(directory, now()).then((found) => showProblems(found, now())),
    status.report(directory, now(), () => desk.rate()).then(showStatus),
    desk.list().then(showRestores),
    topics.inSync([...directory.establishments.keys()]).then(showInSync),
  ]);
  const failed = looked.find(({ status: came }) => came === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
};

/** As `assert`, and told in `/metrics` whether the settings of the logs are right. A log that does not answer keeps the word that it has. */
export const toldSettings = (assert: () => Promise<void>) => async (): Promise<void> => {
  try {
    await assert();
    settingsWrong.set(0);
  } catch (error) {
    if (Failure.is(error, 'log.settings')) settingsWrong.set(1);
    throw error;
  }
};
