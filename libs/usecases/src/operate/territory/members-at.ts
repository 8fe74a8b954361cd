import type { Finess, Instant, Membership } from '#domain';

/** Establishments of a territory at an instant, in the order of their FINESS numbers. A later declaration replaces an earlier one. */
export const membersAt = (
  memberships: readonly Membership[],
  territory: string,
  instant: Instant,
): readonly Finess[] => {
  const periods = new Map<string, Membership>();
  for (const membership of memberships)
    if (membership.territory === territory) periods.set(`${membership.establishment} ${membership.from}`, membership);
  const within = ({ from, to }: Membership): boolean =>
    Date.parse(from) <= instant && (to === undefined || instant < Date.parse(to));
  return [...new Set([...periods.values()].filter(within).map(({ establishment }) => establishment))].toSorted();
};
