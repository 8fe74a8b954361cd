/** A result with so many OBX, as a monitor or a sequencer sends it; some 60 bytes each. */
export const largeResult = (n: number, finess: string, observations: number): Buffer => {
  const at = `202611${String(1 + (n % 20)).padStart(2, '0')}120000`;
  const segments = [
    `MSH|^~\\&|BANC|${finess}|REPRISE|REPRISE|${at}||ORU^R01^ORU_R01|L${n}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR`,
    `PID|1||${n}^^^BANC&${finess}&N^PI||ESSAI${n}^CAMILLE^^^^^L||19800324|F`,
    `OBR|1|D${n}^BANC|R${n}^BANC|SERIE^Série^L|||${at}|||||||||||||||${at}|||F`,
    ...Array.from(
      { length: observations },
      (_, i) => `OBX|${i + 1}|NM|FC${i}^Mesure ${i}^L||${60 + (i % 40)}|/min|50-100|N|||F|||${at}`,
    ),
  ];
  return Buffer.from(`${segments.join('\r')}\r`, 'utf8');
};
