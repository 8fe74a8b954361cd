import type { Finess, Sender } from '#domain';

/** A sender of an establishment with the settings that hold unless a profile says otherwise; override what a test is about. */
export const aSender = (finess: Finess, over: Partial<Sender> = {}): Sender => ({
  name: 'his',
  finess,
  language: 'fr',
  foreignFiness: 'warn',
  testIdentities: 'warn',
  productionIdentities: 'accept',
  acknowledgement: 'as-asked',
  incarnation: 1,
  ...over,
});
