import { type Syntax, unescape } from './syntax.js';
import { withoutControls } from './text-controls.js';

/** `""`: delete the value (HL7 v2.5, section 2.5.3). */
const nullValue = '""';
const quote = 0x22;

/** Most texts need no trimming: looking at both ends is cheaper than asking. Beyond ASCII, blanks are what Unicode says. */
const trimmed = (text: string): string => {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return first > 0x20 && first < 0x80 && last > 0x20 && last < 0x80 ? text : text.trim();
};

/** The piece of that number, from 1, between separators; empty where there are fewer. */
const pieceOf = (text: string, separator: string, number: number): string => {
  let start = 0;
  for (let left = number; left > 1; left--) {
    start = text.indexOf(separator, start) + 1;
    if (start === 0) return '';
  }
  const end = text.indexOf(separator, start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
};

/** Every component of a repetition, for `accountFor`. */
export const everything = -1;
/**
 * Components that have a bit of their own; behind them only `takeWhole` accounts for anything.
 * @limit Inside | components that are accounted for one by one | beyond, as a whole
 */
const bitsMax = 30;
const bitOf = (number: number): number => (number <= bitsMax ? 1 << number : 0);

/** Bit n: component n is accounted for; of entry c, bit n: sub-component n of component c. */
export interface Marks {
  readonly accounted: number;
  readonly subAccounted: readonly (number | undefined)[] | undefined;
}

/** A component, or a sub-component of it, that nothing accounts for; 0: the repetition has no separators. Gives whether to go on. */
export type Leftover = (component: number, subcomponent: number) => boolean;

/**
 * One repetition of a field; components and sub-components count from 1. Looking at a text (`text`, `sub`, `whole`) accounts for
 * nothing. Taking it (`take`, `takeSub`, `takeWhole`) says that a record, an identifier or a code shows it: what is left over in the
 * end is warned of (`represented/`).
 */
export class Composite {
  /** `undefined`: not looked at yet. A repetition of one component is never split. */
  private split: readonly string[] | undefined;
  private isSingle = false;
  private hasSubcomponents = false;
  /** Texts of components that were asked for; several readers ask for the same. */
  private readonly texts: (string | undefined)[] = [];
  private accounted = 0;
  private subAccounted: (number | undefined)[] | undefined;
  constructor(
    readonly raw: string,
    readonly syntax: Syntax,
  ) {}

  /** A component as it stands. */
  component(number: number): string {
    if (this.split === undefined) {
      if (this.isSingle) return number === 1 ? this.raw : '';
      const { component, subcomponent } = this.syntax;
      this.hasSubcomponents = this.raw.includes(subcomponent);
      this.isSingle = !this.raw.includes(component);
      if (this.isSingle) return number === 1 ? this.raw : '';
      this.split = this.raw.split(component);
    }
    return this.split[number - 1] ?? '';
  }

  /** The value is deleted: `""`, alone or before the components that say which one (`""^^^X^INS`). */
  get isNull(): boolean {
    return this.raw.charCodeAt(0) === quote && this.component(1) === nullValue;
  }

  /** A component, whole: sub-component separators stay, for text holds them unescaped. Empty where nothing, or `""`, stands. */
  text(component: number): string {
    return (this.texts[component] ??= this.read(this.component(component)));
  }

  /** One sub-component, of components that are made of several (HD, FN). */
  sub(component: number, subcomponent: number): string {
    const raw = this.component(component);
    if (raw === '') return '';
    if (this.hasSubcomponents) return this.read(pieceOf(raw, this.syntax.subcomponent, subcomponent));
    return subcomponent > 1 ? '' : this.read(raw);
  }

  /** The text of a component that is shown. */
  take(component: number): string {
    this.accounted |= bitOf(component);
    return this.text(component);
  }

  /** A sub-component that is shown. */
  takeSub(component: number, subcomponent: number): string {
    this.accountForSubs(component, bitOf(subcomponent));
    return this.sub(component, subcomponent);
  }

  /** The whole repetition, shown as text. */
  takeWhole(): string {
    this.accounted = everything;
    return this.whole();
  }

  /** Components (bit n: component n) that are shown, or that the published list names. */
  accountFor(components: number): void {
    this.accounted |= components;
  }

  /** Sub-components of a component (bit n: sub-component n) that are shown, or that the published list names. */
  accountForSubs(component: number, subcomponents: number): void {
    this.subAccounted ??= [];
    this.subAccounted[component] = (this.subAccounted[component] ?? 0) | subcomponents;
  }

  /** What of it is accounted for: of the same text, another repetition can be accounted for likewise. */
  get marks(): Marks {
    return { accounted: this.accounted, subAccounted: this.subAccounted };
  }

  accountAs({ accounted, subAccounted }: Marks): void {
    this.accounted |= accounted;
    subAccounted?.forEach((subcomponents, component) => this.accountForSubs(component, subcomponents ?? 0));
  }

  /** Something of it was taken. */
  get isTaken(): boolean {
    return this.accounted !== 0 || this.subAccounted !== undefined;
  }

  /** Every component that is not empty is accounted for as a whole: the common case, told without a look at sub-components. */
  isAccountedFor(listed: number): boolean {
    const accounted = this.accounted | listed;
    if (accounted === everything) return true;
    const first = this.component(1);
    const components = this.split;
    if (components === undefined) return first === '' || (accounted & bitOf(1)) !== 0;
    for (let i = 0; i < components.length; i++)
      if (components[i] !== '' && (accounted & bitOf(i + 1)) === 0) return false;
    return true;
  }

  /** What holds a value and is not accounted for. `listed`: components that the published list names, as bits. */
  leftovers(listed: number, found: Leftover): void {
    const accounted = this.accounted | listed;
    if (accounted === everything) return;
    const first = this.component(1);
    const components = this.split;
    if (components === undefined) {
      this.leftoversIn(first, 1, accounted, (_, subcomponent) => found(subcomponent === 0 ? 0 : 1, subcomponent));
      return;
    }
    for (let i = 0; i < components.length; i++)
      if (!this.leftoversIn(components[i] ?? '', i + 1, accounted, found)) return;
  }

  /** False where no more is asked for. */
  private leftoversIn(raw: string, component: number, accounted: number, found: Leftover): boolean {
    if (raw === '' || raw === nullValue || (accounted & bitOf(component)) !== 0) return true;
    const subs = this.subAccounted?.[component] ?? 0;
    if (!this.hasSubcomponents || !raw.includes(this.syntax.subcomponent)) {
      return (subs & bitOf(1)) !== 0 || raw.trim() === '' || found(component, 0);
    }
    const pieces = raw.split(this.syntax.subcomponent);
    const left = pieces.flatMap((piece, i) =>
      piece.trim() !== '' && piece !== nullValue && (subs & bitOf(i + 1)) === 0 ? [i + 1] : [],
    );
    // Where nothing of a component is shown, it is told of once.
    if (subs === 0 && left.length > 1) return found(component, 0);
    return left.every((subcomponent) => found(component, subcomponent));
  }

  private read(raw: string): string {
    if (raw === '' || raw === nullValue) return '';
    const text = trimmed(this.syntax.hasEscapes ? unescape(raw, this.syntax) : raw);
    return this.syntax.hasControls ? withoutControls(text) : text;
  }

  /** The whole repetition as text: free text holds unescaped delimiters in practice. */
  whole(): string {
    if (this.raw === nullValue) return '';
    const text = unescape(this.raw, this.syntax);
    return this.syntax.hasControls ? withoutControls(text) : text;
  }
}

const none: readonly Composite[] = [];

/** One segment, split when it is asked. Fields count from 1 as in the standard. */
export class Segment {
  readonly name: string;
  private split: readonly string[] | undefined;
  /** Repetitions of fields that were asked for; several readers ask for the same. */
  private readonly read: (readonly Composite[] | undefined)[] = [];
  constructor(
    /** As it stands. */
    readonly line: string,
    private readonly syntax: Syntax,
    /** Position among the segments of its name, from 1 (ERR-2.2). */
    readonly sequence: number,
  ) {
    this.name = line.slice(0, 3);
  }

  /** All fields as they stand; index 0 is the name. */
  get fields(): readonly string[] {
    return (this.split ??= this.splitLine());
  }

  private splitLine(): readonly string[] {
    const { field } = this.syntax;
    if (this.name !== 'MSH') return this.line.split(field);
    // MSH-1 is the separator itself.
    const fields = `${field}${this.line}`.split(field);
    fields[0] = this.name;
    fields[1] = field;
    return fields;
  }

  raw(field: number): string {
    return (this.split ??= this.splitLine())[field] ?? '';
  }

  isNull(field: number): boolean {
    return this.raw(field) === nullValue;
  }

  /** Every repetition that is not empty, `""` included. */
  repetitions(field: number): readonly Composite[] {
    const raw = this.raw(field);
    if (raw === '') return none;
    return (this.read[field] ??= raw.includes(this.syntax.repetition)
      ? raw
          .split(this.syntax.repetition)
          .filter((repetition) => repetition !== '')
          .map((repetition) => new Composite(repetition, this.syntax))
      : [new Composite(raw, this.syntax)]);
  }

  first(field: number): Composite | undefined {
    return this.repetitions(field)[0];
  }

  /** First repetition, a component of it. */
  text(field: number, component = 1): string {
    const raw = this.raw(field);
    return raw === '' ? '' : (this.first(field)?.text(component) ?? '');
  }

  /** First repetition, a component of it that is shown. */
  take(field: number, component = 1): string {
    const raw = this.raw(field);
    return raw === '' ? '' : (this.first(field)?.take(component) ?? '');
  }

  /** Repetitions of a field that somebody asked for; `undefined`: nobody did. */
  asked(field: number): readonly Composite[] | undefined {
    return this.read[field];
  }

  /** Somebody asked for a field of it that is not empty. */
  get isAsked(): boolean {
    return this.read.length > 0;
  }

  /** A field holds more than separators, blanks and `""`. */
  holds(field: number): boolean {
    const { repetition, component, subcomponent } = this.syntax;
    for (const character of this.raw(field))
      if (![repetition, component, subcomponent, '"'].includes(character) && character.trim() !== '') return true;
    return false;
  }
}
