/** Patients that the feed speaks of, again and again. */
const patients = 2000;
const kinds = ['A01', 'A31', 'A02', 'A31'] as const;

const families = ['ESSAI', 'TESTINÉ', 'FICTIF', 'MODÈLE', 'EXEMPLE'];
const wards = ['CARDIO', 'PNEUMO', 'REA', 'URGENCES', 'CHIR'];

const two = (value: number): string => String(value).padStart(2, '0');

const day = (n: number): string => `202611${two(1 + (n % 20))}${two(n % 24)}${two(n % 60)}00`;

/** A number under the OID of tests, with its key: 97 less the remainder of the 13 digits. */
const insOf = (patient: number): string => {
  const digits = `190032488${String(patient).padStart(4, '0')}`;
  return `${digits}${two(97 - (Number(digits) % 97))}`;
};

/**
 * Message `n` of a feed in IHE PAM France, ER7, UTF-8, about 800 bytes: an admission (A01), a transfer (A02) or an identity
 * update (A31, every second one); its control id is its own.
 */
export const adtMessage = (n: number, finess: string): Buffer => {
  const trigger = kinds[n % kinds.length] ?? 'A31';
  const patient = Math.floor(n / kinds.length) % patients;
  const structure = trigger === 'A01' ? 'ADT_A01' : trigger === 'A02' ? 'ADT_A02' : 'ADT_A05';
  const authority = `BANC&${finess}&N`;
  const ward = wards[(n + patient) % wards.length] ?? '';
  const born = `19${40 + (patient % 60)}${two(1 + (patient % 12))}${two(1 + (patient % 28))}`;
  const family = `${families[patient % families.length]}${patient}`;
  const segments = [
    `MSH|^~\\&|BANC|${finess}|REPRISE|REPRISE|${day(n)}||ADT^${trigger}^${structure}|B${n}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR||2.11^IHE_FRANCE-2.11-PAM`,
    `EVN||${day(n)}|||AGENT^ACCUEIL|${day(n)}|${finess}`,
    `PID|1||${patient}^^^${authority}^PI~${insOf(patient)}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS^^20240101||${family}^CAMILLE^CAMILLE DOMINIQUE^^^^L~USUEL${patient}^CAMILLE^^^^^D||${born}|F|||${n % 90} RUE DE L’ESSAI^^ESSAI-SUR-MER^^99999^FRA^H~^^^^^^BDL^^99999||^PRN^PH^^^^^^^^^0199000000|||M||V${patient}^^^${authority}^AN||||||||||||||VALI`,
    `ROL||UP|ODRP|10199999999^FICTIF^ANDREA^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS|${day(patient)}`,
    `NK1|1|CONTACT${patient}^DOMINIQUE^^^^^L|SPO^CONJOINT|2 RUE DE L’ESSAI^^ESSAI-SUR-MER^^99999^FRA|^PRN^PH^^^^^^^^^0199000001`,
    ...(trigger === 'A31'
      ? ['PV1|1|N']
      : [
          `PV1|1|I|${ward}^${100 + (n % 40)}^1^${finess}^^^^^|R|||||||||||||||V${patient}^^^${authority}^VN|||||||||||||||||||||||||${day(patient)}`,
          `ZBE|M${n}^BANC^${finess}^N|${day(n)}||INSERT|N||${ward}^^^^^^UF^^^${100 + (n % 40)}||HMS`,
        ]),
  ];
  return Buffer.from(`${segments.join('\r')}\r`, 'utf8');
};
