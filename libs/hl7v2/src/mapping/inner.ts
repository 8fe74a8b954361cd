import { Composite } from '../message/segment.js';

/** Reads a component that is of a data type itself: what is taken of its parts is taken of the sub-components. */
export const readWithin = <T>(outer: Composite, component: number, read: (inner: Composite) => T): T => {
  const { component: separator, subcomponent } = outer.syntax;
  const inner = new Composite(outer.component(component).replaceAll(subcomponent, separator), outer.syntax);
  const value = read(inner);
  if (inner.isTaken) outer.accountForSubs(component, inner.marks.accounted);
  return value;
};
