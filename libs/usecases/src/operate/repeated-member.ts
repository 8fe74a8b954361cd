const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gs;

/**
 * The first member that an object of this JSON has twice, whatever its depth: who reads the text sees one of them, who parses it the other. Undefined where
 * there is none, and of what is no JSON.
 */
export const repeatedMember = (json: string): string | undefined => {
  try {
    JSON.parse(json);
  } catch {
    return undefined;
  }
  const open: (Set<string> | undefined)[] = [];
  let before = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      // As it is parsed: two ways of writing a name are one name.
      const member = JSON.parse(before) as string;
      const members = open.at(-1);
      if (members?.has(member)) return member;
      members?.add(member);
    }
    before = token;
  }
  return undefined;
};
