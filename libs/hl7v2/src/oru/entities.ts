/** `&lt;` and `&gt;`: comparators that went through HTML or XML on their way, as senders leave them. */
const entity = /&(lt|gt);/g;

export const unescaped = (text: string): string =>
  text.includes('&') ? text.replace(entity, (_all, name) => (name === 'lt' ? '<' : '>')) : text;
