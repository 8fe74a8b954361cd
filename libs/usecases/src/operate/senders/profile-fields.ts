import { Finess, type Hl7Settings, type NumberKind, type Sender } from '#domain';

/** A sentence in the two languages of operators. */
export interface Sentence {
  readonly fr: string;
  readonly en: string;
}

/** A rule that a value can break: what is wrong, and what to write instead. */
export interface Rule {
  readonly name: string;
  readonly holds: (text: string) => boolean;
  readonly wrong: Sentence;
  readonly remedy: Sentence;
  /** The same for editors, as far as JSON Schema can say it. */
  readonly schema: Readonly<Record<string, unknown>>;
}

interface TextField {
  readonly kind: 'text';
  readonly rule: Rule;
  readonly about: Sentence;
  readonly required?: true;
}

export type Field =
  | TextField
  | { readonly kind: 'map'; readonly of: Fields; readonly about: Sentence }
  /** Local codes as keys, each one a map of these fields. */
  | { readonly kind: 'codes'; readonly of: Fields; readonly about: Sentence }
  /** A list of maps of these fields; no two have the same value in the field `key`. */
  | { readonly kind: 'list'; readonly of: Fields; readonly key: string; readonly about: Sentence };

export type Fields = Readonly<Record<string, Field>>;

const oneOf = (...words: readonly string[]): Rule => ({
  name: 'one-of',
  holds: (text) => words.includes(text),
  wrong: { fr: 'valeur inconnue', en: 'not a value that is known' },
  remedy: { fr: `au choix : ${words.join(', ')}`, en: `one of: ${words.join(', ')}` },
  schema: { enum: words },
});

const form = (name: string, pattern: RegExp, wrong: Sentence, remedy: Sentence): Rule => ({
  name,
  holds: (text) => pattern.test(text),
  wrong,
  remedy,
  schema: { type: 'string', pattern: pattern.source },
});

const anyText = form(
  'text',
  // oxlint-disable-next-line no-control-regex
  /^[^\u0000-\u001f\u007f]{1,200}$/,
  { fr: 'il faut un texte de 1 à 200 caractères', en: 'a text of 1 to 200 characters is expected' },
  { fr: 'écrire la valeur sur une seule ligne', en: 'write the value on one line' },
);

/** An IANA zone that this machine knows. */
export const isZone = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** LOINC users' guide, appendix C: the check digit is Luhn's (mod 10), which catches one digit typed wrong and two swapped. */
const isLoinc = (code: string): boolean => {
  const [, digits = '', key] = /^(\d{1,7})-(\d)$/.exec(code) ?? [];
  if (digits === '') return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, index) => {
      const value = index % 2 === 0 ? Number(digit) * 2 : Number(digit);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return (10 - (sum % 10)) % 10 === Number(key);
};

const zone: Rule = {
  name: 'time-zone',
  holds: isZone,
  wrong: { fr: 'fuseau horaire inconnu', en: 'not a time zone that is known' },
  remedy: {
    fr: 'un nom IANA : Europe/Paris, Indian/Reunion, America/Martinique…',
    en: 'an IANA name: Europe/Paris, Indian/Reunion, America/Martinique…',
  },
  schema: { type: 'string' },
};

const finess: Rule = {
  name: 'finess',
  // Its key is safe as a warning, not as a rule; that the establishment is declared is checked with the territory.
  holds: (text) => Finess.matches(text),
  wrong: { fr: "ce n'est pas un numéro FINESS", en: 'not a FINESS number' },
  remedy: {
    fr: "neuf caractères, le numéro de l'entité juridique (EJ)",
    en: 'nine characters, the number of the legal entity (EJ)',
  },
  // A number without quotes is one to an editor; here every value is the text that it was written as.
  schema: { type: ['string', 'integer'], pattern: '^[0-9A-Z]{9}$' },
};

const loinc: Rule = {
  name: 'loinc',
  holds: isLoinc,
  wrong: { fr: "ce n'est pas un code LOINC (forme ou clé)", en: 'not a LOINC code (form or check digit)' },
  remedy: { fr: 'par exemple 2345-7', en: 'for example 2345-7' },
  schema: { type: 'string', pattern: '^\\d{1,7}-\\d$' },
};

const universalId = form(
  'universal-id',
  // An OID, a FINESS number (French senders name themselves by it), or a name with a letter in it: a number with a typing error is none of them.
  // oxlint-disable-next-line no-control-regex
  /^(?:[0-2](?:\.\d+)+|\d{9}|(?=.*[A-Za-z])[^\u0000-\u001f\u007f]{1,200})$/,
  { fr: "ce n'est pas un OID", en: 'not an OID' },
  {
    fr: "par exemple 1.2.250.1.213.99.9, ou l'identifiant universel tel que l'émetteur l'écrit",
    en: 'for example 1.2.250.1.213.99.9, or the universal id as the sender writes it',
  },
);

/** `90s`, `5m`, `12h`, `2d`: number and unit. */
export const silencePattern = /^([1-9]\d{0,4})([smhd])$/;

const silence = form(
  'duration',
  silencePattern,
  { fr: "ce n'est pas une durée", en: 'not a duration' },
  { fr: 'un nombre et une unité : 90s, 5m, 12h, 2d', en: 'a number and a unit: 90s, 5m, 12h, 2d' },
);

const name = form(
  'name',
  /^[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?$/,
  { fr: 'nom inutilisable', en: 'not a name that can be used' },
  {
    fr: 'de 1 à 60 minuscules, chiffres, « - », « . » ou « _ » : le même que dans callers.json',
    en: '1 to 60 lower-case letters, digits, "-", "." or "_": the same as in callers.json',
  },
);

const text = (rule: Rule, fr: string, en: string): TextField => ({ kind: 'text', rule, about: { fr, en } });

const warnOrRefuse = oneOf('warn', 'refuse');

/** Of each kind of number that may name no authority, whose it then is. */
const numberDomains = {
  visit: text(anyText, 'venues (PV1-19, PV1-50, MRG-5)', 'visits (PV1-19, PV1-50, MRG-5)'),
  account: text(anyText, 'dossiers (PID-18, MRG-3)', 'accounts (PID-18, MRG-3)'),
  movement: text(anyText, 'mouvements (ZBE-1)', 'movements (ZBE-1)'),
  order: text(
    anyText,
    "demandes et prélèvements, numéros de l'exécutant (OBR-3, SPM-2.2, TXA-15)",
    "orders and specimens, the filler's numbers (OBR-3, SPM-2.2, TXA-15)",
  ),
  placer: text(
    anyText,
    'demandes et prélèvements, numéros du prescripteur (OBR-2, SPM-2.1, TXA-14)',
    "orders and specimens, the placer's numbers (OBR-2, SPM-2.1, TXA-14)",
  ),
  document: text(anyText, 'documents (TXA-12, TXA-13)', 'documents (TXA-12, TXA-13)'),
} as const satisfies Record<NumberKind, Field>;

/** `Hl7Settings`, member for member. */
const hl7Fields = {
  patientDomain: text(
    anyText,
    "autorité (CX-4, nom ou OID) de l'identifiant qui est l'IPP, et d'un IPP qui n'en nomme pas : aucun autre n'est alors pris ; sans ce réglage le type PI, puis MR",
    'authority (CX-4, name or OID) of the identifier that is the IPP, and of an IPP that names none: no other one is taken then; without this setting type PI, then MR',
  ),
  authorities: {
    kind: 'list',
    key: 'namespace',
    about: {
      fr: "autorités que les messages écrivent par leur nom, par leur OID ou par les deux : chaque paire n'en est qu'une",
      en: 'authorities that messages name by namespace, by OID or by both: each pair is one',
    },
    of: {
      namespace: { ...text(anyText, 'le nom (CX-4.1, EI-2)', 'the namespace (CX-4.1, EI-2)'), required: true },
      oid: { ...text(universalId, "l'OID (CX-4.2, EI-3)", 'the OID (CX-4.2, EI-3)'), required: true },
    },
  },
  numberDomains: {
    kind: 'map',
    about: {
      fr: "autorité (nom ou OID) des numéros qui n'en nomment pas, selon ce qu'ils numérotent ; sinon l'établissement",
      en: 'authority (name or OID) of numbers that name none, by what they number; otherwise the establishment',
    },
    of: numberDomains,
  },
  visitNumber: text(
    oneOf('PV1-19', 'PID-18', 'PV1-50'),
    'où se trouve le numéro de venue ; sinon PV1-19, puis PID-18, puis PV1-50',
    "where the visit's number stands; otherwise PV1-19, then PID-18, then PV1-50",
  ),
  movementNumber: text(
    oneOf('authority', 'visit'),
    "dans quoi le numéro de mouvement (ZBE-1) est unique ; sinon l'autorité qui l'a donné",
    'within what the number of a movement (ZBE-1) is unique; otherwise its authority',
  ),
  charset: text(
    oneOf('utf-8', 'iso-8859-1', 'iso-8859-15', 'windows-1252', 'us-ascii'),
    'jeu de caractères des messages, quoi que dise MSH-18',
    'character set of its messages, whatever MSH-18 says',
  ),
  timeZone: text(
    zone,
    "fuseau des heures locales ; sinon celui de l'établissement",
    "zone of its local times; otherwise the establishment's",
  ),
  strictness: text(
    oneOf('tolerant', 'strict'),
    'strict : ce qui enfreint la lettre du profil est refusé ; sinon accepté avec un avertissement',
    'strict: what breaks the letter of the profile is refused; otherwise taken with a warning',
  ),
  loinc: {
    kind: 'codes',
    about: {
      fr: 'code LOINC des codes locaux, par « code » ou « code^système »',
      en: 'LOINC of its local observation codes, by "code" or "code^system"',
    },
    of: {
      code: { ...text(loinc, 'code LOINC', 'the LOINC code'), required: true },
      display: text(anyText, 'libellé', 'its words'),
    },
  },
} as const satisfies Record<keyof Hl7Settings, Field>;

/** What a profile may say; everything of `Sender` but the incarnation, which an operator opens and no file sets. */
export const profileFields = {
  name: {
    ...text(name, "nom de l'émetteur", "the sender's name"),
    required: true,
  },
  finess: {
    ...text(finess, 'établissement (EJ) pour lequel il publie', 'the establishment (EJ) that it publishes for'),
    required: true,
  },
  language: text(
    oneOf('fr', 'en'),
    'langue des phrases de ERR ; sinon fr',
    'language of the sentences in ERR; else fr',
  ),
  foreignFiness: text(
    warnOrRefuse,
    "numéro FINESS qui n'est pas de l'établissement ; sinon warn",
    "a FINESS number that is none of the establishment's own; else warn",
  ),
  testIdentities: text(
    warnOrRefuse,
    'INS sous les OID de test et de démonstration ; sinon warn',
    'INS under the OIDs of test and demonstration; else warn',
  ),
  productionIdentities: text(
    oneOf('accept', 'warn', 'refuse'),
    'INS sous les OID de production ; sinon accept',
    'INS under the OIDs of production; else accept',
  ),
  acknowledgement: text(
    oneOf('as-asked', 'standard'),
    'as-asked suit MSH-15/16 et répond CA à NE/NE ; standard se tait à NE/NE ; sinon as-asked',
    'as-asked follows MSH-15/16 and answers CA to NE/NE; standard keeps silent on NE/NE; else as-asked',
  ),
  silentAfter: text(
    silence,
    "durée sans aucun message au bout de laquelle l'émetteur est dit muet (90s, 5m, 12h, 2d) ; sinon 5m",
    'how long nothing may come of it before it counts as silent (90s, 5m, 12h, 2d); else 5m',
  ),
  hl7: {
    kind: 'map',
    about: { fr: 'comment lire son HL7 v2', en: 'how its HL7 v2 is read' },
    of: hl7Fields,
  },
} as const satisfies Record<Exclude<keyof Sender, 'incarnation'>, Field>;

/** What holds where a profile does not say otherwise. */
export const profileDefaults = {
  language: 'fr',
  foreignFiness: 'warn',
  testIdentities: 'warn',
  productionIdentities: 'accept',
  acknowledgement: 'as-asked',
  silentAfter: '5m',
} as const satisfies Partial<Sender>;
