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

/** What numbers number, as far as the one who gives them differs. `order`: the filler's numbers; `placer`: those of who orders. */
export const numberKinds = ['visit', 'account', 'movement', 'order', 'placer', 'document'] as const;
export type NumberKind = (typeof numberKinds)[number];

/** How a sender's HL7 v2 is read, where it differs from what most do. */
export interface Hl7Settings {
  /**
   * Assigning authority (CX-4, namespace or OID) of the identifier that is the IPP, and of an IPP that names none; otherwise the type
   * code PI, else MR, tells.
   */
  readonly patientDomain?: string;
  /** Authorities that messages name by namespace, by OID (or other universal id), or by both: each pair is one authority. */
  readonly authorities?: readonly { readonly namespace: string; readonly oid: string }[];
  /** Authority (namespace or OID) of numbers that name none, by what they number; a patient's is `patientDomain`. */
  readonly numberDomains?: Readonly<Partial<Record<NumberKind, string>>>;
  /** Where the visit's number stands; otherwise PV1-19, else PID-18, else PV1-50. */
  readonly visitNumber?: 'PV1-19' | 'PID-18' | 'PV1-50';
  /** Within what the number of a movement (ZBE-1) is unique; otherwise its assigning authority. */
  readonly movementNumber?: 'authority' | 'visit';
  /** Character set of its messages, whatever MSH-18 says. */
  readonly charset?: 'utf-8' | 'iso-8859-1' | 'iso-8859-15' | 'windows-1252' | 'us-ascii';
  /** IANA zone of its local times; otherwise the establishment's. */
  readonly timeZone?: string;
  /** `strict`: what breaks the letter of the profile is refused; otherwise it is taken with a warning. */
  readonly strictness?: 'tolerant' | 'strict';
  /** LOINC of its local observation codes, by `code` or `code^system`. */
  readonly loinc?: Readonly<Record<string, { readonly code: string; readonly display?: string }>>;
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
  /** How long nothing may come of it before it counts as silent: `90s`, `5m`, `12h`, `2d`; otherwise `5m`. */
  readonly silentAfter?: string;
  /** The sender's numbering era; see LogEvent.incarnation. */
  readonly incarnation: number;
  readonly hl7?: Hl7Settings;
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
