/** Messages of fictitious people, one of each shape that the mapping knows and some that it does not. */
const msh = (type: string, id: string, charset = 'UNICODE UTF-8'): string =>
  `MSH|^~\\&|GAM|CH^750712184^N|EAI|GHT|20260310091500||${type}|${id}|P|2.5^FRA^2.11|||||FRA|${charset}`;
const evn = 'EVN||20260310091400||||20260310090000';
const pid = (ipp = '000042'): string =>
  `PID|1||${ipp}^^^CH&750712184&N^PI~279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS||FICTIVE^Zoé^Zoé Marie^^^^L~EXEMPLE^Zoé^^^^^D||19790301|F|||1 rue du Modèle^^SAINT-ESSAI^^63000^FRA^H~^^^^^^BDL^^63220||^PRN^PH^^^^^^^^^0199000000||||24000006^^^CH&750712184&N^AN||||||||||||||VALI`;
const pv1 =
  'PV1|1|I|3620^201^A^750712184^^^^^A~B||||10000023084^AGNES^Isabelle^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS||||||||||||24000007^^^CH&750712184&N^VN|||||||||||||||||||||||||20260310090000|20260311';
const zbe = (action = 'INSERT', origin = '', id = '1001', historic = 'N'): string =>
  `ZBE|${id}^CH^750712184|20260310090000||${action}|${historic}|${origin}|Cardio^^^^^CH^UF^^^3620|Soins^^^^^CH^UF^^^3621|HMS`;
const mrg = (ipp = '000099'): string =>
  `MRG|${ipp}^^^CH&750712184&N^PI|||24000008^^^CH&750712184&N^AN||24000009^^^CH&750712184&N^VN`;

const er7 = (...segments: readonly string[]): Buffer => Buffer.from(`${segments.join('\r')}\r`, 'utf8');

const adt = (trigger: string, ...segments: readonly string[]): Buffer =>
  er7(msh(`ADT^${trigger}^ADT_${trigger}`, `M-${trigger}`), evn, ...segments);

const visits = [
  'A01',
  'A02',
  'A03',
  'A04',
  'A05',
  'A06',
  'A07',
  'A14',
  'A15',
  'A16',
  'A21',
  'A22',
  'A54',
  'Z80',
  'Z84',
];
const cancels = ['A11', 'A12', 'A13', 'A25', 'A26', 'A27', 'A38', 'A52', 'A53', 'A55', 'Z81', 'Z85'];

const obr = 'OBR|1|P1|F100^LAB|24326-1^Ionogramme^LN|||20260310080000|||||||||||||||20260310090000||CH|F';
const obx = (type: string, value: string, status = 'F'): string =>
  `OBX|1|${type}|2823-3^Potassium^LN|1|${value}|mmol/L|3.5 - 5.0|H|||${status}|||20260310080000`;
const oru = (...segments: readonly string[]): Buffer =>
  er7(msh('ORU^R01^ORU_R01', 'R1'), pid(), pv1, 'ORC|RE|P1|F100^LAB', obr, ...segments);
const document = Buffer.from('<ClinicalDocument>essai</ClinicalDocument>').toString('base64');

export const er7Seeds: readonly Buffer[] = [
  ...['A28', 'A31', 'A08'].map((trigger) => adt(trigger, pid(), 'PD1||||10101^MODELE^ANNE', pv1)),
  ...visits.map((trigger) => adt(trigger, pid(), pv1, zbe('INSERT', trigger))),
  ...cancels.map((trigger) => adt(trigger, pid(), pv1, zbe('CANCEL', trigger))),
  adt('Z99', pid(), pv1, zbe('UPDATE', 'A02', '1001', 'Y'), 'ZFV|750712184^20260310||||||', 'ZFP|1|23', 'ZFM|8|1|1|0'),
  adt('A01', pid(), pv1, 'ZFA|ACTIF|20260101', 'ZFD|19790301~|N|O|20260101', 'NK1|1|EXEMPLE^Léa|SPO', 'ROL|1|AD|ODRP'),
  ...['A24', 'A34', 'A37'].map((trigger) => adt(trigger, pid(), pid('000043'))),
  ...['A40', 'A43', 'A44', 'A45', 'A47'].map((trigger) => adt(trigger, pid(), mrg())),
  oru(obx('NM', '5.30'), 'NTE|1||à contrôler\\.br\\\\X0A\\ \\F\\ \\T\\'),
  oru(obx('SN', '>^100.0'), obx('SN', '^1^:^128'), obx('CE', 'E11^Diabète^LOCAL'), obx('CWE', 'A^B^C^D^E^F')),
  oru(
    obx('ST', 'texte', 'C'),
    obx('TX', 'a~b~c'),
    obx('FT', 'x\\.br\\y', 'D'),
    obx('DT', '20260310'),
    obx('TS', '202603100800', 'W'),
  ),
  oru(obx('ED', `^TEXT^XML^Base64^${document}`), 'SPM|1|S1||SER^Sérum'),
  er7(
    msh('MDM^T02^MDM_T02', 'D1'),
    evn,
    pid(),
    pv1,
    'TXA|1|CR|TX|20260310||20260310|||||DOC1^CH||||F',
    obx('ED', `^TEXT^XML^Base64^${document}`),
  ),
  er7(msh('SIU^S12', 'S1'), 'SCH|1'),
  er7(
    'MSH#!~@&#LAB##EAI##20260310091500##ORU!R01#R2#P#2.3',
    'PID###42!!!CH!PI##FICTIVE!Zoé',
    'OBR#1##F2',
    'OBX#1#NM#K##5',
  ),
  Buffer.from(
    er7(msh('ADT^A31', 'L1', '8859/15'), evn, pid())
      .toString('utf8')
      .replace(/[^\p{ASCII}\u00a0-\u00ff]/gu, 'o'),
    'latin1',
  ),
  Buffer.concat([
    Buffer.from([0xef, 0xbb, 0xbf]),
    Buffer.from(er7(msh('ADT^A28', 'B1'), evn, pid()).toString().replaceAll('\r', '\r\n')),
  ]),
  // Of one patient, one behind the other: `splitAt` stands between them.
  ...[
    ['A28', 'A01', 'A02', 'A12', 'A03', 'A13'].map((trigger) =>
      adt(trigger, pid(), pv1, zbe('INSERT', trigger, trigger)),
    ),
    [
      adt('A28', pid()),
      adt('A28', pid('000099')),
      adt('A40', pid(), mrg()),
      adt('A37', pid(), pid('000099')),
      adt('A44', pid(), mrg()),
    ],
  ].map((messages) => Buffer.concat(messages.flatMap((message) => [message, Buffer.from('\x1c\r')]))),
];

/** Where an input of several messages is cut. */
export const splitAt = Buffer.from('\x1c\r');

export const er7Words: readonly Buffer[] = [
  '""',
  '\\F\\',
  '\\X00\\',
  '\\XED A0\\',
  '\\.sp9999\\',
  '\\E',
  '~',
  '^^^^',
  '&&',
  '|||||||',
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\x1c',
  '\x0b',
  'MSH|^~\\&|',
  'BHS|^~\\&|',
  'FHS|^~\\&|',
  'BTS|1',
  'FTS|1',
  'PID|1||',
  'ZBE|1^A|',
  'OBX|1|NM|',
  'MRG|',
  'NTE|1||',
  'ZFV|',
  'PI',
  'INS',
  'INSERT',
  'CANCEL',
  'UPDATE',
  'ADT^A40',
  'ADT^A44',
  'ORU^R01',
  'ACK^A01',
  'AL',
  'NE',
  'ER',
  'UNICODE UTF-8',
  '8859/1',
  '8859/15',
  '00000000',
  '20250230',
  '202603290230',
  '20261025023000',
  '99991231235959.9999+1400',
  '-0001',
  '19800324000000',
  '20161231235960',
  '1.2.250.1.213.1.4.8',
  '__proto__',
  'constructor',
  'toString',
  '../../x',
  '\u00e9',
  '\u20ac',
  '\u0153',
  '\ufeff',
  '\u{1f600}',
  'e\u0301',
  'A'.repeat(300),
].map((word) => Buffer.from(word, 'utf8'));
