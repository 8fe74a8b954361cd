import { type Finess, Instant, type Sender } from '#domain';
import type { Directory } from '../../directory/directory.js';
import { type Problem, ProblemSource } from '../territory/problem.js';
import { profileDefaults, silencePattern } from './profile-fields.js';
import type { SenderWatch, WatchSenders } from './watch-senders.js';

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** How long nothing may come of this sender before it counts as silent, in seconds. */
export const silentAfterSeconds = ({
  silentAfter = profileDefaults.silentAfter,
}: Pick<Sender, 'silentAfter'>): number => {
  const [, count = '5', unit = 'm'] = silencePattern.exec(silentAfter) ?? [];
  return Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
};

export interface SenderSilence {
  /** `empty`: nothing has come of it yet. */
  readonly source: 'live' | 'silent' | 'empty';
  /** Since its newest message was received; null where there is none. */
  readonly silentSeconds: number | null;
  /** Its setting `silentAfter`. */
  readonly silentAfterSeconds: number;
}

export const silenceOfSender = (
  sender: Pick<Sender, 'silentAfter'>,
  { lastReceivedAt }: Pick<SenderWatch, 'lastReceivedAt'>,
  now: Instant,
): SenderSilence => {
  const after = silentAfterSeconds(sender);
  if (lastReceivedAt === null) return { source: 'empty', silentSeconds: null, silentAfterSeconds: after };
  const silentSeconds = Math.max(0, Math.round((now - Date.parse(lastReceivedAt)) / 1000));
  return { source: silentSeconds > after ? 'silent' : 'live', silentSeconds, silentAfterSeconds: after };
};

/** Senders that were heard and are no longer: each by its own setting. */
export class SilentSenders extends ProblemSource {
  override readonly name = 'senders';

  constructor(private readonly watch: WatchSenders) {
    super();
  }

  override async look(directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const looked = await Promise.all(
      [...directory.establishments.keys()].map(async (establishment) => {
        const senders = await this.watch.look(directory, establishment, now);
        return senders.flatMap((watched) => problemOf(directory, establishment, watched, now));
      }),
    );
    return looked.flat();
  }
}

const problemOf = (
  directory: Directory,
  establishment: Finess,
  watched: SenderWatch,
  now: Instant,
): readonly Problem[] => {
  const sender = directory.senders.get(watched.name);
  if (!sender) return [];
  const { source, silentSeconds, silentAfterSeconds: after } = silenceOfSender(sender, watched, now);
  if (source !== 'silent') return [];
  return [
    {
      code: 'sender.silent',
      state: 'warning',
      text: `sender ${watched.name} of ${establishment} has sent nothing for ${silentSeconds} s (silent after ${after} s)`,
      command: `reprise sender show ${watched.name}`,
      establishment,
      sender: watched.name,
    },
  ];
};
