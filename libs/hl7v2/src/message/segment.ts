import { type Syntax, unescape } from './syntax.js';

/** `""`: delete the value (HL7 v2.5, section 2.5.3). */
const nullValue = '""';

/** One repetition of a field; components and sub-components count from 1. */
export class Composite {
  private split: readonly string[] | undefined;
  constructor(
    readonly raw: string,
    private readonly syntax: Syntax,
  ) {}

  private component(number: number): string {
    this.split ??= this.raw.split(this.syntax.component);
    return this.split[number - 1] ?? '';
  }

  /** The value is deleted: `""`, alone or before the components that say which one (`""^^^X^INS`). */
  get isNull(): boolean {
    return this.raw.startsWith(nullValue) && this.component(1) === nullValue;
  }

  /** First sub-component of a component, unescaped and trimmed; empty where nothing, or `""`, stands. */
  text(component: number): string {
    return this.sub(component, 1);
  }

  sub(component: number, subcomponent: number): string {
    let raw = this.component(component);
    if (raw === '' || raw === nullValue) return '';
    if (raw.includes(this.syntax.subcomponent)) raw = raw.split(this.syntax.subcomponent)[subcomponent - 1] ?? '';
    else if (subcomponent > 1) return '';
    return raw === nullValue ? '' : unescape(raw, this.syntax).trim();
  }

  /** The whole repetition as text: free text holds unescaped delimiters in practice. */
  whole(): string {
    return this.raw === nullValue ? '' : unescape(this.raw, this.syntax);
  }
}

const none: readonly Composite[] = [];

/** One segment, split when it is asked. Fields count from 1 as in the standard. */
export class Segment {
  readonly name: string;
  private split: readonly string[] | undefined;
  /** Fields that were asked for; several readers ask for the same. */
  private readonly read = new Map<number, readonly Composite[]>();
  constructor(
    private readonly line: string,
    private readonly syntax: Syntax,
    /** Position among the segments of its name, from 1 (ERR-2.2). */
    readonly sequence: number,
  ) {
    this.name = line.slice(0, 3);
  }

  /** All fields as they stand; index 0 is the name. */
  get fields(): readonly string[] {
    if (this.split === undefined) {
      const fields = this.line.split(this.syntax.field);
      this.split = this.name === 'MSH' ? ['MSH', this.syntax.field, ...fields.slice(1)] : fields;
    }
    return this.split;
  }

  raw(field: number): string {
    return this.fields[field] ?? '';
  }

  isNull(field: number): boolean {
    return this.raw(field) === nullValue;
  }

  /** Every repetition that is not empty, `""` included. */
  repetitions(field: number): readonly Composite[] {
    const raw = this.raw(field);
    if (raw === '') return none;
    let composites = this.read.get(field);
    if (composites === undefined) {
      composites = raw.includes(this.syntax.repetition)
        ? raw
            .split(this.syntax.repetition)
            .filter((repetition) => repetition !== '')
            .map((repetition) => new Composite(repetition, this.syntax))
        : [new Composite(raw, this.syntax)];
      this.read.set(field, composites);
    }
    return composites;
  }

  first(field: number): Composite | undefined {
    return this.repetitions(field)[0];
  }

  /** First repetition, a component of it. */
  text(field: number, component = 1): string {
    const raw = this.raw(field);
    return raw === '' ? '' : (this.first(field)?.text(component) ?? '');
  }
}
