/** Segments of HL7 v2.1 to v2.9 and of IHE PAM France. */
const known = new Set(
  (
    'ABS ACC ADD ADJ AFF AIG AIL AIP AIS AL1 APR ARQ ARV AUT BHS BLC BLG BPO BPX BTS BTX BUI CDM CDO CER CM0 CM1 CM2 CNS CON ' +
    'CSP CSR CSS CTD CTI CTR DB1 DEV DG1 DMI DON DPS DRG DSC DSP DST ECD ECR EDU EQL EQP EQU ERQ ERR EVN FAC FHS FT1 FTS GOL ' +
    'GP1 GP2 GT1 IAM IAR IIM ILT IN1 IN2 IN3 INV IPC IPR ISD ITM IVC IVT LAN LCC LCH LDP LOC LRL MCP MFA MFE MFI MRG MSA MSH ' +
    'NCK NDS NK1 NPU NSC NST NTE OBR OBX ODS ODT OH1 OH2 OH3 OH4 OM1 OM2 OM3 OM4 OM5 OM6 OM7 OMC ORC ORG OVR PAC PCE PCR PD1 ' +
    'PDA PDC PEO PES PID PKG PM1 PMT PR1 PRA PRB PRC PRD PRT PSG PSH PSL PSS PTH PV1 PV2 PYE QAK QID QPD QRD QRF QRI RCP RDF ' +
    'RDT REL RF1 RFI RGS RMI ROL RQ1 RQD RXA RXC RXD RXE RXG RXO RXR RXV SAC SCD SCH SCP SDD SFT SGH SGT SHP SID SLT SPM SPR ' +
    'STF STZ TCC TCD TQ1 TQ2 TXA UAC UB1 UB2 URD URS VAR VND VTQ ZBE ZFA ZFD ZFM ZFP ZFS ZFU ZFV'
  ).split(' '),
);

/** Three characters as one number: segments are many, and a set of numbers is asked faster than one of texts. */
export const packed = (first: number, second: number, third: number): number => (first << 16) | (second << 8) | third;

const isCapital = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isNameCode = (code: number): boolean => isCapital(code) || (code >= 0x30 && code <= 0x39);

/** Three capitals, of which the last two may be digits. */
const isCapitals = (first: number, second: number, third: number): boolean =>
  isCapital(first) && isNameCode(second) && isNameCode(third);

const knownPacked = new Set(
  [...known].map((name) => packed(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2))),
);

/** Three characters are a segment's name: one of the standard, or one that begins with Z. */
export const isNameOf = (first: number, second: number, third: number): boolean =>
  isCapitals(first, second, third) && (first === 0x5a || knownPacked.has(packed(first, second, third)));

/** The field separator stands behind three characters. */
const isUsual = (text: string, at: number, field: string): boolean => text.charCodeAt(at + 3) === field.charCodeAt(0);

/**
 * So many characters of a line tell its name.
 * @limit Inside | characters of a line that tell its segment's name | the rest tells nothing of it
 */
export const nameLengthMax = 20 + 3 + 20 + 1;

const forms = new Map<string, RegExp>();

/** Blanks or tabs around three letters, and what ends a name behind them. */
const otherForm = (field: string): RegExp => {
  let form = forms.get(field);
  if (form === undefined) {
    form = new RegExp(`[ \\t]{0,20}([A-Za-z][A-Za-z0-9]{2})[ \\t]{0,20}(\\${field}|[\\r\\n]|$)`, 'y');
    // Few senders write delimiters of their own; those of noise are not kept.
    if (forms.size < 100) forms.set(field, form);
  }
  return form;
};

/** HL7 has it, or lets sites make it: in capitals with a Z before them. */
const isName = (written: string): boolean =>
  known.has(written.toUpperCase()) || (written.startsWith('Z') && written === written.toUpperCase());

/**
 * The name of the segment that a line is; empty where it is none. A segment's name is one of the standard, or begins with Z; behind it
 * stands the field separator, or nothing. Blanks or tabs around it are taken, and small letters where the name is of the standard.
 */
export const nameOf = (line: string, field: string): string => {
  if (isUsual(line, 0, field) && isNameOf(line.charCodeAt(0), line.charCodeAt(1), line.charCodeAt(2)))
    return line.slice(0, 3);
  const form = otherForm(field);
  form.lastIndex = 0;
  const [, written = '', end = ''] = form.exec(line) ?? [];
  return (end === field || end === '') && isName(written) ? written.toUpperCase() : '';
};

/** A line may begin there: three capitals that end as a name does, or a name of the standard in another form. */
export const mayBegin = (text: string, at: number, field: string): boolean => {
  if (isUsual(text, at, field) && isCapitals(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)))
    return true;
  const form = otherForm(field);
  form.lastIndex = at;
  const [whole = '', written = '', end = ''] = form.exec(text) ?? [];
  if (written === '') return false;
  return isName(written) || (whole === written + end && written === written.toUpperCase());
};

/**
 * Start and end of each line that is not empty; the ends are CR, LF or CRLF. A line feed ends a line only where a segment may
 * begin behind it: free text holds bare line feeds.
 */
export const lineRanges = (text: string, field: string): readonly (readonly [number, number])[] => {
  const ranges: (readonly [number, number])[] = [];
  const add = (start: number, end: number): void => {
    if (end > start) ranges.push([start, end]);
  };
  const endsAt = (feed: number): boolean => feed + 1 === text.length || mayBegin(text, feed + 1, field);
  let start = 0;
  let feed = text.indexOf('\n');
  let end = text.indexOf('\r');
  while (feed >= 0 || end >= 0) {
    if (feed >= 0 && (end < 0 || feed < end)) {
      if (endsAt(feed)) {
        add(start, feed);
        start = feed + 1;
      }
      feed = text.indexOf('\n', feed + 1);
    } else {
      add(start, end);
      start = end + 1;
      if (feed === start) {
        start++;
        feed = text.indexOf('\n', start);
      }
      end = text.indexOf('\r', start);
    }
  }
  add(start, text.length);
  return ranges;
};

const blankForm = /^[\s\p{Cc}]*$/u;

/** Nothing but blanks and control characters: some programs close a file with U+001A. */
export const isBlankLine = (line: string): boolean => blankForm.test(line);

/** A line, and where its fields stand. */
export interface Line {
  readonly start: number;
  readonly end: number;
  /** Of the segment; of the one before where the line has no name of its own; empty before any segment. */
  readonly name: string;
  /** Among the segments of its name, from 1. */
  readonly sequence: number;
  /** What the line begins with: 0, the name, or the field in which a line end broke the segment. */
  readonly firstField: number;
}

const countOf = (line: string, separator: string): number => {
  let count = 0;
  for (let at = line.indexOf(separator); at >= 0; at = line.indexOf(separator, at + 1)) count++;
  return count;
};

/** Every line that says something, with its place; one without a name goes on with the last field of the segment that it stands behind. */
export const placedLines = function* (text: string, field: string): Generator<Line> {
  const sequences = new Map<string, number>();
  let [name, last] = ['', 0];
  for (const [start, end] of lineRanges(text, field)) {
    const line = text.slice(start, end);
    const own = nameOf(line, field);
    if (own === '' && isBlankLine(line)) continue;
    if (own !== '') {
      sequences.set(own, (sequences.get(own) ?? 0) + 1);
      // MSH-1 is the separator itself.
      [name, last] = [own, own === 'MSH' ? 1 : 0];
    }
    yield { start, end, name, sequence: sequences.get(name) ?? 1, firstField: own === '' ? last : 0 };
    last += countOf(line, field);
  }
};
