import { createHash } from 'node:crypto';
import { evolve, FoldMemory, Instant, originalTimeline, Position, RecordKey, type Sender } from '#domain';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage, type Reading } from '../read-message.js';

/** Messages of specs about results and documents; their people do not exist. */

/** Ids that differ whenever what they are made of does. */
const idOf = (kind: string, domain: string, identifier: string): string =>
  `${kind}-${createHash('sha256')
    .update(JSON.stringify([domain, identifier]))
    .digest('hex')
    .slice(0, 24)}`;

export const read = (segments: readonly string[], settings: Partial<Sender> = {}): Reading =>
  readMessage(er7(...segments), { ...contextOf(settings), idOf });

export const accepted = (
  segments: readonly string[],
  settings: Partial<Sender> = {},
): Extract<Reading, { accepted: true }>['event'] => {
  const reading = read(segments, settings);
  if (!reading.accepted) throw new Error(JSON.stringify(reading.errors));
  return reading.event;
};

export const warningsOf = (segments: readonly string[]): readonly string[] =>
  accepted(segments).warnings.map(({ code, location }) => `${code} ${location}`);

/** What a follower says and holds after these messages: content by record; a removed one, and a patient, is not there. */
export const followed = (
  messages: readonly (readonly string[])[],
): { readonly held: ReadonlyMap<RecordKey, string>; readonly said: readonly string[] } => {
  const state = new FoldMemory(Instant.of(0));
  const said: string[] = [];
  messages.forEach((message, index) => {
    // Without an id: the same message again is no repetition.
    const event = {
      ...accepted(message),
      messageId: '',
      sender: 'lab',
      incarnation: 1,
      receivedAt: Instant.of(0),
      acknowledgement: 'AA',
    };
    const recorded = {
      event,
      receivedHash: Buffer.alloc(16),
      position: Position.of(index),
      appendedAt: Instant.of(index),
    };
    const effects = evolve(state, recorded, originalTimeline);
    if (effects.park) throw new Error(effects.park.reason);
    said.push(...effects.warnings.map(({ code, location }) => `${index}: ${code} ${location}`));
    state.absorb(effects);
  });
  const held = new Map(
    [...state.heads].flatMap(([key, { deleted, content }]) =>
      deleted || RecordKey.type(key) === 'Patient' ? [] : [[key, Buffer.from(content ?? '').toString('utf8')]],
    ),
  );
  return { held, said };
};

/** Of results and documents, what a follower holds after these messages. */
export const after = (...messages: readonly (readonly string[])[]): ReadonlyMap<RecordKey, string> =>
  followed(messages).held;

export type Loose = { readonly [member: string]: Loose } & readonly Loose[] & string;

/** The records of one type, in the order in which they were first told. */
export const recordsOf = (held: ReadonlyMap<RecordKey, string>, type: string): readonly Loose[] =>
  [...held].filter(([key]) => RecordKey.type(key) === type).map(([, content]) => JSON.parse(content) as Loose);

/** The Observation of one OBX, as it is written. */
export const lone = (segment: string): string =>
  [...after([msh(), pid, obr(), segment])].find(([key]) => key.startsWith('Observation/'))?.[1] ?? '';

/** The first record of a type that these segments of a patient make. */
export const only = (type: string, ...segments: readonly string[]): Loose | undefined =>
  recordsOf(after([msh(), pid, ...segments]), type)[0];

export const msh = (type = 'ORU^R01^ORU_R01', id = 'R1'): string =>
  `MSH|^~\\&|LAB|CH|EAI|GHT|20260310091500||${type}|${id}|P|2.5||||||UNICODE UTF-8`;
export const pid = 'PID|1||42^^^CH^PI||FICTIVE^Zoé^^^^^L||19790301|F||||||||||A9^^^CH^AN';
export const pv1 = 'PV1|1|I|3620||||||||||||||||V7^^^CH^VN';
export const orc = 'ORC|RE|P1^DPI|F100^LAB';

export const obr = ({ status = 'F', filler = 'F100^LAB', code = '24326-1^Ionogramme^LN', rest = '' } = {}): string =>
  `OBR|1|P1^DPI|${filler}|${code}|||20260310080000|||||||||||||||20260310090000||CH|${status}${rest}`;

export const obx = ({
  type = 'NM',
  code = '2823-3^Potassium^LN',
  sub = '',
  value = '5.30',
  unit = 'mmol/L^^UCUM',
  range = '3.5 - 5.0',
  flag = 'H',
  status = 'F',
  rest = '',
} = {}): string => `OBX|1|${type}|${code}|${sub}|${value}|${unit}|${range}|${flag}|||${status}${rest}`;

const cda = Buffer.from('<?xml version="1.0"?><ClinicalDocument>é</ClinicalDocument>', 'utf8').toString('base64');

/** A CR-Bio as the Ségur has it transported: the CDA, who wrote it, and what its transport says of it. */
export const segur: readonly string[] = [
  msh(),
  pid,
  pv1,
  orc,
  obr({ code: '11502-2^CR examens biologiques^LN' }),
  `OBX|1|ED|11502-2^CR examens biologiques^LN||^TEXT^XML^Base64^${cda}||||||F|||20260310083000`,
  'PRT|1|UC||AUT^Auteur^participation|10001234567^FICTIF^Anne^^^Dr^^^&1.2.250.1.71.4.2.1&ISO^L^^^RPPS',
  'OBX|2|CE|MASQUE_PS^Masqué aux professionnels de santé^MetaDMPMSS||Y^^expandedYes-NoIndicator||||||F',
  'OBX|3|CE|INVISIBLE_PATIENT^Non visible par le patient^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F',
  'OBX|4|ST|DESTMSSANTEPS^Destinataire MSS^MetaDMPMSS||medecin@exemple.invalid||||||F',
];

/** Bacteriology: a germ, and its susceptibilities as an order of their own. */
export const bacteriology: readonly string[] = [
  msh(),
  pid,
  orc,
  obr({ code: '630-4^ECBU^LN' }),
  obx({ type: 'CWE', code: '634-6^Germe^LN', sub: '1', value: '112283007^Escherichia coli^SCT', unit: '', range: '' }),
  obx({
    type: 'CWE',
    code: '634-6^Germe^LN',
    sub: '2',
    value: '3092008^Staphylococcus aureus^SCT',
    unit: '',
    range: '',
  }),
  'SPM|1|S1&DPI^S100&LAB||122575003^Urine^SCT||||||||||milieu de jet|||20260310073000|20260310080500',
  'NTE|1||prélèvement au lit',
  obr({ filler: 'F101^LAB', code: '29576-6^Antibiogramme^LN', rest: '|634-6&Germe&LN^2|||P1&DPI^F100&LAB' }),
  'NTE|1||méthode de diffusion',
  obx({ type: 'CE', code: '18864-9^Ampicilline^LN', value: 'R^Résistant^L', unit: '', range: '', flag: 'R' }),
];

export const txa = ({
  type = 'CN',
  unique = 'D1^GED',
  parent = '',
  completion = 'AU',
  confidentiality = 'U',
  availability = 'AV',
} = {}): string =>
  `TXA|1|${type}|TX|20260310100000|||20260310101500||10001234567^FICTIF^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO^L^^^RPPS|||${unique}|${parent}|P1^DPI|F100^LAB||${completion}|${confidentiality}|${availability}`;

export const letter = (...lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `OBX|${index + 1}|TX|11488-4^Compte rendu^LN||${line}||||||F`);

export const mdm = (trigger: string, header: string, ...content: readonly string[]): readonly string[] => [
  msh(`MDM^${trigger}^MDM_${trigger}`, `M-${trigger}`),
  `EVN|${trigger}|20260310101600`,
  pid,
  pv1,
  header,
  ...content,
];
