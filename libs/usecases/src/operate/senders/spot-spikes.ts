import { type Finess, Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';
import { summaryAround } from '../messages/messages-command.js';
import { type Problem, ProblemSource } from '../territory/problem.js';
import { within } from '../territory/within.js';
import type { FindSpikes, FoundSpike } from './find-spikes.js';

/** The past of a large establishment takes longer to read, once after control has started: that is said, and reading goes on, ms. */
const answerMs = 1_500;

/** Senders that removed or rewrote far more records than they ever do: what an attack looks like in the log, and a job that went wrong. */
export class SpotSpikes extends ProblemSource {
  override readonly name = 'spikes';

  constructor(private readonly spikes: FindSpikes) {
    super();
  }

  override async look(directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const each = [...directory.establishments.keys()].map((establishment) =>
      within(answerMs, this.lookAt(directory, establishment, now), () => [stillReading(establishment)]),
    );
    return (await Promise.all(each)).flat();
  }

  private async lookAt(directory: Directory, establishment: Finess, now: Instant): Promise<readonly Problem[]> {
    const found = await this.spikes.find(establishment, now);
    return found.map((spike) => problemOf(spike, { directory, establishment, now }));
  }
}

const problemOf = (
  spike: FoundSpike,
  { directory, establishment, now }: { directory: Directory; establishment: Finess; now: Instant },
): Problem => {
  const { sender, kind, count, before, rewritten, since, until } = spike;
  const when = `from ${Instant.iso(since)} to ${Instant.iso(until)}`;
  const usual = `at most ${before} in ten minutes of the 8 days before`;
  const text =
    kind === 'removed'
      ? `${sender} removed ${count} records and rewrote ${rewritten}, ${when}; it removed ${usual}`
      : `${sender} rewrote ${rewritten} records, ${when}; it wrote ${usual}`;
  return {
    code: kind === 'removed' ? 'removals.spiked' : 'rewrites.spiked',
    state: kind === 'removed' ? 'wrong' : 'warning',
    text,
    command: summaryAround(directory, { establishment, sender, since, until }, now),
    establishment,
    sender,
  };
};

const stillReading = (establishment: Finess): Problem => ({
  code: 'spikes.unread',
  state: 'warning',
  text: `what was removed from ${establishment} in the last days is being read: whether it was too much is not known yet`,
  command: 'reprise status',
  establishment,
});
