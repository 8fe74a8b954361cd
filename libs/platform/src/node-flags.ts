/**
 * What Node is told when it runs an app; whoever starts one (the local system, the benches, a deployment) gives it these. A gateway's
 * objects live as long as an acknowledgement takes: with a small young generation and a bounded heap it stays under 250 MB, and
 * without them it takes 320 to 360 MB for no gain (docs/performance.md).
 */
export const nodeFlags = (app: string): readonly string[] => [
  '--enable-source-maps',
  ...(app === 'gateway' ? ['--max-semi-space-size=8', '--max-old-space-size=512'] : []),
];
