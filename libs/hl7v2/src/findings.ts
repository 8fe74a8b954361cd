import type { Sender, Warning } from '#domain';
import { spaced, limits, limitWords } from './message/survey.js';

export interface MessageError {
  /** ERR-2: segment, its sequence, field: `MSH^1^12`. */
  readonly location: string;
  /** HL7 table 0357. */
  readonly code: string;
  readonly text: string;
}

type Language = Sender['language'];
type Sentence = Readonly<Record<Language, string>>;

/**
 * `strict`: the code of HL7 table 0357 under which a sender that is held to the letter is refused. `leavesOut`: it says that what
 * stands at its place is shown by no record.
 */
type WarningText = Sentence & { readonly strict?: string; readonly leavesOut?: true };

export const warnings = {
  'charset-undeclared': {
    fr: 'MSH-18 est vide et le message contient des caractères accentués',
    en: 'MSH-18 is empty and the message holds characters beyond ASCII',
    strict: '102',
  },
  'charset-mismatch': {
    fr: 'MSH-18 déclare un autre jeu de caractères que celui des octets',
    en: 'MSH-18 declares another character set than the bytes are in',
    strict: '102',
  },
  'charset-unknown': {
    fr: 'MSH-18 nomme un jeu de caractères inconnu',
    en: 'MSH-18 names an unknown character set',
    strict: '103',
  },
  'field-forbidden': {
    fr: "champ interdit en France, vidé avant l'enregistrement",
    en: 'a field that French law forbids, blanked before it was recorded',
    leavesOut: true,
  },
  'finess-foreign': {
    fr: "ce numéro FINESS n'est pas de l'établissement de l'émetteur",
    en: "this FINESS number is none of the sender's establishment",
  },
  'ins-test': { fr: 'INS de test ou de démonstration', en: 'an INS of test or demonstration' },
  'ins-production': { fr: 'INS de production', en: 'an INS of production' },
  'ins-oid-unknown': {
    fr: 'INS sous un OID inconnu',
    en: 'an INS under an unknown OID',
    strict: '103',
  },
  'time-ambiguous': {
    fr: 'heure locale qui existe deux fois cette nuit-là : la première est retenue',
    en: 'a local time that occurs twice that night: the first is taken',
  },
  'time-skipped': {
    fr: "heure locale qui n'existe pas cette nuit-là",
    en: 'a local time that does not exist that night',
    strict: '102',
  },
  'date-invalid': {
    fr: 'date impossible, ignorée',
    en: 'an impossible date, left out',
    strict: '102',
    leavesOut: true,
  },
  'date-form': {
    fr: "date ou heure écrite selon ISO 8601 et non selon HL7 : lue pour ce qu'elle dit",
    en: 'a date or time written as ISO 8601 has it, not as HL7 has it: read as what it says',
    strict: '102',
  },
  'precision-lost': {
    fr: "une heure suit une date qui n'en a pas dans FHIR : seule la date est montrée, les octets reçus sont conservés",
    en: 'a time of day behind a date that has none in FHIR: the date alone is shown, the received bytes are kept',
  },
  'offset-foreign': {
    fr: "le décalage horaire de MSH-7 n'est pas celui de l'établissement à cette date : les heures du message qui n'en ont pas sont lues avec lui (le réglage hl7.timeZone de l'émetteur l'emporterait)",
    en: "the time zone offset of MSH-7 is not the establishment's at that date: times of the message that have none are read with it (the sender's setting hl7.timeZone would win)",
  },
  'segment-name-form': {
    fr: 'nom de segment entouré de blancs ou de tabulations, ou en minuscules : lu comme le nom',
    en: "a segment's name with blanks or tabs around it, or in small letters: read as the name",
    strict: '100',
  },
  'segment-nameless': {
    fr: 'ligne qui ne commence par aucun nom de segment : non traduite ; les octets reçus sont conservés',
    en: "a line that begins with no segment's name: not mapped; the received bytes are kept",
    strict: '100',
  },
  'segment-broken': {
    fr: 'ligne sans nom de segment qui contient des champs : son début est sans doute dans le segment qui précède, coupé par un retour à la ligne ; ces champs ne sont pas traduits, les octets reçus sont conservés',
    en: "a line without a segment's name that holds fields: its beginning probably stands in the segment before, which a bare line end broke; these fields are not mapped, the received bytes are kept",
    strict: '100',
  },
  'text-line-ends': {
    fr: 'lignes sans nom de segment derrière un texte (OBX-5, NTE-3) : lues comme la suite de ce texte',
    en: "lines without a segment's name behind a text (OBX-5, NTE-3): read as the rest of that text",
  },
  'code-unknown': {
    fr: 'code absent de la table : conservé tel quel',
    en: 'a code that is not in its table: kept as it was sent',
    strict: '103',
  },
  'code-case': {
    fr: 'code en minuscules, lu comme en majuscules',
    en: 'a code in lower case, read as in capitals',
    strict: '103',
  },
  'text-control-characters': {
    fr: "caractère de contrôle, qu'un texte FHIR n'admet pas : remplacé par U+FFFD ; les octets reçus sont conservés",
    en: 'a control character, which no FHIR text holds: replaced by U+FFFD; the received bytes are kept',
    strict: '102',
  },
  'number-form': {
    fr: "nombre sous une forme que FHIR n'admet pas : gardé comme texte",
    en: 'a number in a form that FHIR does not have: kept as text',
  },
  'value-type-unmapped': {
    fr: 'type de valeur non traduit ; les octets reçus sont conservés',
    en: 'a type of value that is not mapped; the received bytes are kept',
    leavesOut: true,
  },
  'value-as-text': {
    fr: 'type de valeur que FHIR ne connaît pas : gardé comme texte',
    en: 'a type of value that FHIR does not have: kept as text',
  },
  'patient-unknown': {
    fr: "aucun identifiant de patient utilisable : rien n'est traduit",
    en: 'no usable patient identifier: nothing is mapped',
  },
  'visit-number-missing': {
    fr: "aucun numéro de venue : le mouvement n'est pas traduit",
    en: 'no visit number: the movement is not mapped',
    strict: '101',
  },
  'delimiters-unusual': {
    fr: 'MSH-2 nomme d’autres délimiteurs que ^~\\& : lus ainsi ; un caractère abîmé en route séparerait autrement',
    en: 'MSH-2 names other delimiters than ^~\\&: read so; a character that was damaged on its way would part values otherwise',
  },
  'message-type-form': {
    fr: 'type et événement ne sont pas séparés (MSH-9) : lus comme deux composants',
    en: 'type and trigger are not kept apart (MSH-9): read as two components',
    strict: '200',
  },
  'version-unknown': {
    fr: 'version de HL7 inconnue (MSH-12)',
    en: 'an unknown version of HL7 (MSH-12)',
    strict: '203',
  },
  'movement-missing': {
    fr: 'segment ZBE absent : seule la venue est mise à jour',
    en: 'no ZBE segment: only the visit is updated',
    strict: '100',
  },
  'movement-origin-missing': {
    fr: "événement d'origine (ZBE-6) absent ou inconnu : la nature du mouvement est tirée de ZBE-9",
    en: 'original trigger (ZBE-6) missing or unknown: what the movement is is taken from ZBE-9',
    strict: '101',
  },
  'movement-action-contradicts': {
    fr: "l'action (ZBE-4) contredit l'événement, qui ne peut être qu'une annulation de l'un ou l'autre : annulé",
    en: 'the action (ZBE-4) contradicts the trigger; one of the two says that it is cancelled: cancelled',
    strict: '103',
  },
  'move-of-nothing': {
    fr: "ni dossier ni venue à déplacer : seule l'identité est mise à jour",
    en: 'neither an account nor a visit to move: only the identity is updated',
    strict: '101',
    leavesOut: true,
  },
  'numbers-unmapped': {
    fr: 'changement de numéro de dossier ou de venue : non traduit ; les octets reçus sont conservés',
    en: 'a change of account or visit numbers: not mapped; the received bytes are kept',
    leavesOut: true,
  },
  'trigger-excluded': {
    fr: 'événement exclu par IHE PAM France',
    en: 'a trigger that IHE PAM France excludes',
    strict: '201',
  },
  'segment-missing': { fr: 'segment obligatoire absent', en: 'a required segment is missing', strict: '100' },
  'field-missing': { fr: 'champ obligatoire vide', en: 'a required field is empty', strict: '101' },
  'field-unused': {
    fr: "champ exclu par IHE PAM France, vidé avant l'enregistrement",
    en: 'a field that IHE PAM France excludes, blanked before it was recorded',
    leavesOut: true,
  },
  'ins-key': {
    fr: "la clé du matricule INS n'est pas la bonne",
    en: 'the key of the INS number does not hold',
    strict: '102',
  },
  'ins-unqualified': {
    fr: "INS transmise sans que l'identité soit qualifiée (VALI)",
    en: 'an INS is sent of an identity that is not qualified (VALI)',
    strict: '103',
  },
  'movement-time-missing': {
    fr: 'heure du mouvement annulé inconnue : le dernier de cette nature est annulé',
    en: 'the time of the cancelled movement is unknown: the newest of its kind is cancelled',
  },
  'merge-of-itself': {
    fr: 'un patient fusionné, lié ou déplacé vers lui-même : ignoré',
    en: 'a patient merged, linked or moved with itself: left out',
    strict: '103',
    leavesOut: true,
  },
  'order-number-missing': {
    fr: 'numéro de demande absent : le résultat ne pourra pas être remplacé',
    en: 'no order number: the result cannot be replaced later',
  },
  'observation-without-order': {
    fr: 'OBX sans OBR : observation sans compte rendu',
    en: 'OBX without OBR: an observation without a report',
  },
  'value-not-repeated': {
    fr: 'le résultat devient définitif sans être répété (OBX-11 = U) : la valeur transmise auparavant reste',
    en: 'the result becomes final without being repeated (OBX-11 = U): the value that was sent before stays',
  },
  'attachment-undecodable': {
    fr: 'document joint illisible (base64 ou encodage) : non traduit, les octets reçus sont conservés',
    en: 'an attached document that cannot be decoded: not mapped, the received bytes are kept',
    leavesOut: true,
  },
  'batch-miscounted': {
    fr: 'le lot annonce (BTS-1) un autre nombre de messages que celui qui est arrivé',
    en: 'the batch tells (BTS-1) of another number of messages than have come',
  },
  'document-header-missing': {
    fr: 'segment TXA absent : aucun document traduit',
    en: 'no TXA segment: no document is mapped',
    leavesOut: true,
  },
  'document-number-missing': {
    fr: 'numéro de document (TXA-12) absent : le document ne pourra pas être remplacé',
    en: 'no document number (TXA-12): the document cannot be replaced later',
  },
  'authority-undeclared': {
    fr: "ce numéro ne nomme pas son autorité comme le reste du message, et le profil de l'émetteur ne dit pas que c'est la même (hl7.authorities) : il compte pour une autre",
    en: "this number does not name its authority as the rest of the message does, and the sender's profile does not say that it is the same (hl7.authorities): it counts as another",
  },
  'identifiers-several': {
    fr: "plusieurs identifiants peuvent être l'IPP : un seul nomme l'enregistrement ; le profil de l'émetteur peut dire lequel (hl7.patientDomain)",
    en: "several identifiers may be the permanent one: one alone names the record; the sender's profile can say which (hl7.patientDomain)",
  },
  'not-represented': {
    fr: 'aucun enregistrement ne montre ce qui est dit ici ; les octets reçus sont conservés',
    en: 'no record shows what stands here; the received bytes are kept',
    leavesOut: true,
  },
} as const satisfies Record<string, WarningText>;

export type WarningCode = keyof typeof warnings;

const codesThatLeaveOut = new Set<string>(
  Object.entries<WarningText>(warnings).flatMap(([code, { leavesOut }]) => (leavesOut ? [code] : [])),
);

/** A warning of that code says that no record shows what stands at its place. */
export const leavesOut = (code: string): boolean => codesThatLeaveOut.has(code);

const tooMany = (of: keyof typeof limits): Sentence & { readonly code: string } => ({
  code: '207',
  fr: `plus de ${spaced(limits[of])} ${limitWords[of].fr} : découper le message`,
  en: `more than ${spaced(limits[of])} ${limitWords[of].en}: split the message`,
});

export const refusals = {
  'segments-many': tooMany('segments'),
  'movements-many': tooMany('movements'),
  'periods-many': tooMany('periods'),
  'merged-many': tooMany('merged'),
  'allergies-many': tooMany('allergies'),
  'diagnoses-many': tooMany('diagnoses'),
  'coverages-many': tooMany('coverages'),
  'roles-many': tooMany('roles'),
  'observations-many': tooMany('observations'),
  'fields-many': tooMany('fields'),
  'repetitions-many': tooMany('repetitions'),
  'lines-many': tooMany('lines'),
  'parts-many': tooMany('parts'),
  'pieces-many': tooMany('pieces'),
  'escapes-many': tooMany('escapes'),
  'msh-missing': {
    code: '100',
    fr: 'le message ne commence pas par un segment MSH',
    en: 'the message does not begin with MSH',
  },
  'messages-several': {
    code: '100',
    fr: 'un autre message commence dans celui-ci : les envoyer un par un, ou comme un lot par MLLP',
    en: 'another message begins within this one: send them one by one, or as a batch over MLLP',
  },
  'delimiters-unreadable': {
    code: '102',
    fr: 'délimiteurs illisibles (MSH-1, MSH-2)',
    en: 'unreadable delimiters (MSH-1, MSH-2)',
  },
  'control-id-missing': { code: '101', fr: 'identifiant de message absent', en: 'no message control id' },
  'not-its-charset': {
    code: '102',
    fr: "le message est déclaré UTF-8 et n'est pas de l'UTF-8 valide",
    en: 'the message is declared UTF-8 and is no valid UTF-8',
  },
  'nul-byte': { code: '102', fr: 'le message contient un octet nul', en: 'the message holds a NUL byte' },
  'message-type-unreadable': {
    code: '200',
    fr: 'type de message absent ou illisible (MSH-9)',
    en: 'message type missing or unreadable (MSH-9)',
  },
  'trigger-missing': {
    code: '201',
    fr: 'événement absent ou illisible (MSH-9.2) : rien ne dit ce que le message change',
    en: 'trigger missing or unreadable (MSH-9.2): nothing tells what the message changes',
  },
  'patient-missing': { code: '101', fr: 'aucun identifiant de patient utilisable', en: 'no usable patient identifier' },
  'merged-missing': {
    code: '101',
    fr: 'aucun identifiant utilisable du patient fusionné',
    en: 'no usable identifier of the merged patient',
  },
  'movement-id-missing': { code: '101', fr: 'identifiant de mouvement absent', en: 'no movement id' },
  'movement-action': {
    code: '103',
    fr: 'action inconnue : INSERT, UPDATE ou CANCEL est attendu',
    en: 'unknown action: INSERT, UPDATE or CANCEL is expected',
  },
  'movement-time': { code: '102', fr: 'date de mouvement illisible', en: 'unreadable time of the movement' },
  'finess-foreign': {
    code: '103',
    fr: "ce numéro FINESS n'est pas de l'établissement de l'émetteur, et le réglage de l'émetteur le refuse",
    en: "this FINESS number is none of the sender's establishment, and the sender's setting refuses it",
  },
  'ins-test': {
    code: '103',
    fr: "INS de test ou de démonstration, que le réglage de l'émetteur refuse",
    en: "an INS of test or demonstration, which the sender's setting refuses",
  },
  'ins-production': {
    code: '103',
    fr: "INS de production, que le réglage de l'émetteur refuse",
    en: "an INS of production, which the sender's setting refuses",
  },
} as const satisfies Record<string, Sentence & { readonly code: string }>;

export type RefusalCode = keyof typeof refusals;

/** Of every warning that a message can be given. */
export const warningCodes: readonly string[] = Object.keys(warnings);
/** HL7 table 0357, as far as reasons to refuse use it. */
export const refusalCodes: readonly string[] = [...new Set(Object.values(refusals).map(({ code }) => code))];

/** @limit HL7 v2 | findings of one code and field | told together, with their number */
const findingsMax = 100;

const place = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+)(?:\[(\d+)\])?(?:\.(\d+)(?:\.(\d+))?)?)?$/;

/** `PID-3[2].4` and `OBX[3]-5` in the words of ERR-2: segment, its sequence, field, repetition, component. */
const errorLocation = (location: string): string => {
  const [, segment, sequence = '1', field, repetition, component, sub] = place.exec(location) ?? [];
  if (segment === undefined) return location;
  if (field === undefined) return `${segment}^${sequence}`;
  const inField =
    component === undefined ? repetition : `${repetition ?? '1'}^${component}${sub === undefined ? '' : `^${sub}`}`;
  return `${segment}^${sequence}^${field}${inField === undefined ? '' : `^${inField}`}`;
};

/** What is found while one message is read. Names places, never what stands there. */
export class Findings {
  readonly warnings: Warning[] = [];
  readonly errors: MessageError[] = [];

  /** By code and place: where in `warnings` those beyond the hundred stand, and how many they are. */
  private readonly together = new Map<string, { readonly at: number; readonly count: number }>();
  private readonly language: Language;
  private readonly isStrict: boolean;

  constructor(sender: Pick<Sender, 'language' | 'hl7'>) {
    this.language = sender.language;
    this.isStrict = sender.hl7?.strictness === 'strict';
  }

  /**
   * A warning; of a sender that is held to the letter a reason to refuse, where it is a fault of the letter. The same of the same
   * place is said once; beyond a hundred, those of one code and field are said together; what no record shows is said beyond them, at places that are bounded
   * (`represented/check-represented.ts`). `count`: how many times, where the place stands for several.
   */
  warn(code: WarningCode, location: string, count = 1): void {
    const found: WarningText = warnings[code];
    if (this.isStrict && found.strict !== undefined) {
      if (this.errors.length < findingsMax)
        this.errors.push({ location: errorLocation(location), code: found.strict, text: found[this.language] });
      return;
    }
    if (this.warnings.length >= findingsMax && code !== 'not-represented') return this.warnTogether(code, location);
    if (this.warnings.some((warning) => warning.code === code && warning.location === location)) return;
    const sentence = found[this.language];
    this.warnings.push({ code, location, text: count > 1 ? `${sentence} (${count})` : sentence });
  }

  /** Beyond a hundred, warnings of one code and place (whatever segment and repetition) are one, with their number. */
  private warnTogether(code: WarningCode, location: string): void {
    const place = location.replaceAll(/\[\d+\]/g, '');
    const words = this.together.size < findingsMax || this.together.has(`${code} ${place}`) ? place : 'MSH';
    const known = this.together.get(`${code} ${words}`);
    const count = (known?.count ?? 0) + 1;
    const warning = { code, location: words, text: `${warnings[code][this.language]} (${count})` };
    const at = known?.at ?? this.warnings.length;
    this.warnings[at] = warning;
    this.together.set(`${code} ${words}`, { at, count });
  }

  refuse(reason: RefusalCode, location: string): void {
    const refusal = refusals[reason];
    this.errors.push({ location, code: refusal.code, text: refusal[this.language] });
  }
}
