import { header, hl7Time, patientIdentification, type Source } from './hl7-text.js';
import { inventPerson, type Person } from './identity.js';
import { Random } from './random.js';

export type Published =
  | { readonly by: 'mllp'; readonly message: string }
  | { readonly by: 'fhir'; readonly path: string; readonly body: string };

interface Stay {
  readonly person: Person;
  readonly visit: string;
  /** ER7 of PV1-3. */
  place: string;
  readonly admittedAt: number;
  readonly movements: { readonly id: string; readonly trigger: string; readonly at: number }[];
}

const wards = ['MED1', 'MED2', 'CHIR', 'URG', 'REA', 'PED'];
const analyses: readonly (readonly [string, string, string, number, number])[] = [
  ['718-7', 'Hémoglobine', 'g/dL', 12, 17],
  ['2823-3', 'Potassium', 'mmol/L', 3.5, 5.1],
  ['2160-0', 'Créatinine', 'umol/L', 45, 110],
  ['1988-5', 'CRP', 'mg/L', 0, 5],
];

/**
 * A hospital that behaves: patients come with a qualified test identity, move, are corrected late, merged, tested and leave.
 * The same seed and era give the same messages, up to their times.
 */
export class Hospital {
  private readonly random: Random;
  private readonly people: Person[] = [];
  private readonly stays: Stay[] = [];
  private messages = 0;
  private numbers = 0;

  constructor(
    private readonly source: Source,
    seed: number,
    /** Part of every number, so that a second run of the simulator is not taken for the first one's messages sent again. */
    private readonly era: string,
  ) {
    this.random = new Random(seed);
  }

  /** What the hospital says next. */
  next(now: number): Published {
    const draw = this.random.below(100);
    const stay = this.stays.length > 0 ? this.random.pick(this.stays) : undefined;
    if (!stay || draw < 16) return this.admit(now);
    if (draw < 26) return this.transfer(stay, now);
    if (draw < 36 && this.stays.length > 8) return this.discharge(stay, now);
    if (draw < 42) return this.identity('A31', stay.person, now);
    if (draw < 46) return this.correct(stay, now);
    if (draw < 48) return this.merge(stay, now);
    if (draw < 90) return this.result(stay, now);
    return this.observe(stay, now);
  }

  private number(): string {
    this.numbers += 1;
    return `${this.era}${String(this.numbers).padStart(6, '0')}`;
  }

  private say(trigger: string, now: number, ...segments: string[]): Published {
    this.messages += 1;
    const controlId = `${this.era}-${this.messages}`;
    return { by: 'mllp', message: `${[header(this.source, trigger, controlId, now), ...segments].join('\r')}\r` };
  }

  private time(ms: number): string {
    return hl7Time(ms, this.source.timeZone);
  }

  private place(): string {
    const ward = this.random.pick(wards);
    return `${ward}^${1 + this.random.below(30)}^${this.random.pick(['P', 'F'])}^${this.source.finess}`;
  }

  private visit(stay: Stay, kind: string, end = ''): string {
    const fields: Record<number, string> = {
      1: '1',
      2: 'I',
      3: stay.place,
      7: '10000001916^ESSAI^MEDECIN^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS',
      19: `${stay.visit}^^^${this.source.application}&${this.source.finess}&N^VN`,
      44: this.time(stay.admittedAt),
      45: end,
    };
    return `PV1${Array.from({ length: 45 }, (_, i) => `|${fields[i + 1] ?? ''}`).join('')}|||||||${kind}`;
  }

  private movement(stay: Stay, trigger: string, at: number, action: string, now: number): Published {
    let movement = stay.movements.find((known) => action !== 'INSERT' && known.trigger === trigger);
    if (!movement) {
      movement = { id: this.number(), trigger, at };
      stay.movements.push(movement);
    }
    const ward = stay.place.split('^')[0];
    const zbe = `ZBE|${movement.id}^${this.source.application}^${this.source.finess}|${this.time(at)}||${action}|N|${action === 'INSERT' ? '' : trigger}|^^^^^^UF^^^${ward}|^^^^^^UF^^^${ward}|HMS`;
    const event = action === 'INSERT' ? trigger : 'Z99';
    return this.say(
      `ADT^${event}^ADT_${event}`,
      now,
      `EVN||${this.time(now)}||||${this.time(at)}`,
      patientIdentification(this.source, stay.person, `A${stay.visit}`),
      this.visit(stay, 'V', trigger === 'A03' ? this.time(at) : ''),
      zbe,
    );
  }

  private admit(now: number): Published {
    const known = this.people.length > 20 && this.random.below(4) === 0;
    const person = known ? this.random.pick(this.people) : inventPerson(this.random, `P${this.number()}`);
    if (!known) this.people.push(person);
    const stay: Stay = { person, visit: `V${this.number()}`, place: this.place(), admittedAt: now, movements: [] };
    this.stays.push(stay);
    return this.movement(stay, 'A01', now, 'INSERT', now);
  }

  private transfer(stay: Stay, now: number): Published {
    stay.place = this.place();
    return this.movement(stay, 'A02', now, 'INSERT', now);
  }

  private discharge(stay: Stay, now: number): Published {
    this.stays.splice(this.stays.indexOf(stay), 1);
    return this.movement(stay, 'A03', now, 'INSERT', now);
  }

  /** The desk found that the admission was half an hour earlier. */
  private correct(stay: Stay, now: number): Published {
    return this.movement(stay, 'A01', stay.admittedAt - 30 * 60_000, 'UPDATE', now);
  }

  private identity(trigger: string, person: Person, now: number, ...more: string[]): Published {
    return this.say(
      `ADT^${trigger}^ADT_A05`,
      now,
      `EVN||${this.time(now)}`,
      patientIdentification(this.source, person),
      ...more,
      ...(trigger === 'A40' ? [] : ['PV1||N']),
    );
  }

  /** The emergency desk had made a second record of the same person. */
  private merge(stay: Stay, now: number): Published {
    const double = `${this.number()}^^^${this.source.application}&${this.source.finess}&N^PI`;
    return this.identity('A40', stay.person, now, `MRG|${double}`);
  }

  private result(stay: Stay, now: number): Published {
    const order = this.number();
    const [code, name, unit, low, high] = this.random.pick(analyses);
    const value = (low + this.random.next() * (high - low) * 1.4).toFixed(2);
    const range = `${low.toFixed(1)}-${high.toFixed(1)}`;
    return this.say(
      'ORU^R01^ORU_R01',
      now,
      patientIdentification(this.source, stay.person),
      this.visit(stay, 'V'),
      `OBR|1||${order}^LABO|${code}^${name}^LN|||${this.time(now)}|||||||||||||||${this.time(now)}||BIO|F`,
      `OBX|1|NM|${code}^${name}^LN||${value}|${unit}^^UCUM|${range}|${Number(value) > high ? 'H' : 'N'}|||F|||${this.time(now)}`,
    );
  }

  /** The record system speaks FHIR: a vital sign, as a transaction of a patient of its own and the observation. */
  private observe(stay: Stay, now: number): Published {
    const patient = `sim-${stay.person.ipp.toLowerCase()}`;
    const at = new Date(now).toISOString();
    const rate = 55 + this.random.below(60);
    const person = {
      resourceType: 'Patient',
      id: patient,
      identifier: [{ system: `urn:demo:dpi:${this.source.finess}`, value: stay.person.ipp }],
      name: [{ use: 'official', family: stay.person.family, given: stay.person.given }],
      gender: stay.person.sex === 'F' ? 'female' : 'male',
    };
    const observation = {
      resourceType: 'Observation',
      id: `sim-${this.number().toLowerCase()}`,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }] },
      subject: { reference: `Patient/${patient}` },
      effectiveDateTime: at,
      valueQuantity: { value: rate, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
    };
    const entry = [person, observation].map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    return { by: 'fhir', path: '', body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }) };
  }
}
