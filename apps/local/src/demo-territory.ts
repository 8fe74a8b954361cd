import { type Establishment, Finess, type Membership } from '#domain';
import type { Profile } from '#usecases';

/** The demo territory. Its senders go into files of their own (`sender-file.ts`), the rest into the territory file. */
export interface TerritoryFile {
  readonly territory: { readonly code: string; readonly name: string };
  readonly establishments: readonly Establishment[];
  readonly senders: readonly Omit<Profile, 'hl7'>[];
  readonly memberships: readonly Membership[];
}

const finess = (raw: string): Finess => Finess.parse(raw);

// No département has the number 99: these pass the key check and belong to nobody.
const [alize, montvermeil, corail] = ['990000010', '990000028', '990000036'].map(finess) as [Finess, Finess, Finess];

const establishments: readonly Establishment[] = [
  {
    finess: alize,
    name: 'CHU de Port-Alizé (démo)',
    sites: ['990000119', '990000127'].map(finess),
    timeZone: 'Europe/Paris',
  },
  {
    finess: montvermeil,
    name: 'CH de Montvermeil (démo)',
    sites: ['990000218'].map(finess),
    timeZone: 'Europe/Paris',
  },
  {
    finess: corail,
    name: "CH de l'Anse-Corail (démo)",
    sites: ['990000317'].map(finess),
    timeZone: 'Indian/Reunion',
  },
];

/** Takes INS of test and of production OIDs, both with a warning (contract, section 2). */
const sender = (name: string, of: Finess): Omit<Profile, 'hl7'> => ({
  name,
  finess: of,
  language: 'fr',
  foreignFiness: 'warn',
  testIdentities: 'warn',
  productionIdentities: 'warn',
  acknowledgement: 'as-asked',
});

/** Before any event: a restore at any time finds its members. */
const from = '2016-07-01T00:00:00+02:00';

export const demoTerritory: TerritoryFile = {
  territory: { code: 'ght-demo', name: 'GHT des Trois-Baies (démo)' },
  establishments,
  senders: [sender('his-alize', alize), sender('his-montvermeil', montvermeil), sender('his-corail', corail)],
  memberships: establishments.map((establishment, index) => ({
    territory: 'ght-demo',
    establishment: establishment.finess,
    role: index === 0 ? 'support' : 'party',
    from,
  })),
};
