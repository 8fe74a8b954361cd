import { connect } from 'node:tls';
import { type Ending, warnDays } from '#platform';
import { type Instant } from '#domain';
import { type Directory, type Problem, ProblemSource } from '#usecases';

/** A folder of certificates that this process uses itself. */
export interface OwnCertificates {
  /** `doors`, `kafka`, `postgres` */
  readonly wire: string;
  readonly endings: readonly Ending[];
}

/** Where another process shows its certificate to whoever comes. */
export interface ShownAt {
  /** `gateway a` */
  readonly who: string;
  readonly url: string;
}

/** @limit Control | how long the certificate of a process is waited for | nothing is told of it: that it does not answer is told elsewhere */
const shownMsMax = 1_500;
const dayMs = 86_400_000;

/** Certificates of control, and of the gateways and readers that it knows, which end within thirty days or have ended. */
export class CertificateProblems extends ProblemSource {
  override readonly name = 'certificates';

  constructor(
    private readonly own: readonly OwnCertificates[],
    private readonly shown: readonly ShownAt[],
  ) {
    super();
  }

  override async look(_directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const own = this.own.flatMap(({ wire, endings }) =>
      endings.map(({ file, endsAtMs }) => ({ what: `${file} of control (${wire})`, endsAtMs })),
    );
    const seen = await Promise.all(
      this.shown.map(async ({ who, url }) => ({ what: `the certificate of ${who}`, endsAtMs: await shownUntil(url) })),
    );
    return [...own, ...seen].flatMap(({ what, endsAtMs }) =>
      endsAtMs === undefined || endsAtMs - now > warnDays * dayMs ? [] : [problem(what, endsAtMs, now)],
    );
  }
}

const problem = (what: string, endsAtMs: number, now: Instant): Problem => ({
  code: 'certificate.ends',
  state: endsAtMs <= now ? 'wrong' : 'warning',
  text: `${what} ${endsAtMs <= now ? 'has ended' : 'ends'} at ${new Date(endsAtMs).toISOString()}`,
  command: 'reprise doctor',
  remedy: 'put a new one into its file: it is read without a restart (deploy/README.md)',
});

/** Milliseconds since 1970; none where nobody answers. Whether it is to be trusted is not asked here: that it has ended must be seen. */
const shownUntil = (url: string): Promise<number | undefined> => {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 443), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.validToDate.getTime());
      socket.destroy();
    });
    socket.setTimeout(shownMsMax, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(undefined));
  });
};
