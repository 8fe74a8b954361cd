import type { Finess } from './finess.js';

/** A legal entity (EJ), owner of one log. */
export interface Establishment {
  readonly finess: Finess;
  readonly name: string;
  /** FINESS numbers that are also its own: its sites (EG). */
  readonly sites: readonly Finess[];
  /** IANA zone in which HL7 times without offset are read: `Europe/Paris`, `Indian/Reunion`… */
  readonly timeZone: string;
}

/** One system of one establishment that may publish; its profile. */
export interface Sender {
  readonly name: string;
  readonly finess: Finess;
  /** Language of the sentences in ERR and OperationOutcome. */
  readonly language: 'fr' | 'en';
  /** A FINESS number in the message that is none of the establishment's own. */
  readonly foreignFiness: 'warn' | 'refuse';
  /** INS under the OIDs of test and demonstration (…4.10, …4.11). */
  readonly testIdentities: 'warn' | 'refuse';
  /** INS under the OIDs of production (…4.8, …4.9). */
  readonly productionIdentities: 'accept' | 'warn' | 'refuse';
  /** `as-asked` honours MSH-15/16; `standard` also keeps silent on NE/NE. */
  readonly acknowledgement: 'as-asked' | 'standard';
  /** The sender's numbering era; see LogEvent.incarnation. */
  readonly incarnation: number;
}

/** A GHT: a set of establishments, each for a period. */
export interface Membership {
  readonly territory: string;
  readonly establishment: Finess;
  readonly role: 'support' | 'party' | 'associate' | 'partner';
  /** RFC 3339 instants. */
  readonly from: string;
  readonly to?: string;
}
