import type { Person } from './identity.js';

/** Who speaks: a hospital's information system. */
export interface Source {
  readonly finess: string;
  readonly application: string;
  /** IANA zone: HL7 times carry no offset. */
  readonly timeZone: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** YYYYMMDDHHMMSS in the hospital's own time. */
export const hl7Time = (ms: number, timeZone: string): string => {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${part['year']}${part['month']}${part['day']}${part['hour']}${part['minute']}${part['second']}`;
};

export const header = (source: Source, trigger: string, controlId: string, now: number): string =>
  [
    'MSH|^~\\&',
    source.application,
    source.finess,
    'REPRISE',
    'REPRISE',
    hl7Time(now, source.timeZone),
    '',
    trigger,
    controlId,
    'P',
    '2.5^FRA^2.11',
    '',
    '',
    '',
    '',
    'FRA',
    'UNICODE UTF-8',
    'FR',
    '',
    '2.11^IHE_FRANCE-2.11-PAM',
  ].join('|');

export const patientIdentification = (source: Source, person: Person, account = ''): string => {
  const ipp = `${person.ipp}^^^${source.application}&${source.finess}&N^PI`;
  const ins = `${person.ins}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS^^20240101`;
  const [first = ''] = person.given;
  const names = [
    `${person.family}^${first}^${person.given.join(' ')}^^^^L`,
    ...(person.usual === person.family ? [] : [`${person.usual}^${first}^^^^^D`]),
  ];
  const addresses = [`1 RUE DE L’ESSAI^^${person.city}^^${person.birthplace}^FRA^H`, `^^^^^^BDL^^${person.birthplace}`];
  const fields: Record<number, string> = {
    1: '1',
    3: `${ipp}~${ins}`,
    5: names.join('~'),
    7: person.birthDate,
    8: person.sex,
    11: addresses.join('~'),
    18: account && `${account}^^^${source.application}&${source.finess}&N^AN`,
    32: 'VALI',
  };
  return `PID${Array.from({ length: 32 }, (_, i) => `|${fields[i + 1] ?? ''}`).join('')}`;
};
