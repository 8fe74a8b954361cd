/** HL7 v2 messages of people who do not exist, as a French admission system writes them. */
export interface Said {
  readonly controlId: string;
  readonly ipp: string;
  readonly family?: string;
  readonly birthDate?: string;
  /** YYYYMMDDHHMMSS, local. */
  readonly at?: string;
}

const pid = ({ ipp, family = 'FICTIF', birthDate = '19800324' }: Said): string =>
  `PID|1||${ipp}^^^HIS-E2E&000000000&N^PI||${family}^ANNE^ANNE MARIE^^^^L||${birthDate}|F|||1 RUE DE L’ESSAI^^PARIS^^75012^FRA^H`;

const msh = (trigger: string, { controlId, at = '20261120103000' }: Said): string =>
  `MSH|^~\\&|HIS-E2E||REPRISE||${at}||${trigger}|${controlId}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR`;

const message = (...segments: readonly string[]): string => `${segments.join('\r')}\r`;

export const identity = (said: Said, trigger = 'A28'): string =>
  message(msh(`ADT^${trigger}^ADT_A05`, said), `EVN||${said.at ?? '20261120103000'}`, pid(said), 'PV1||N');

export interface Moved extends Said {
  readonly visit: string;
  readonly movement: string;
  readonly place?: string;
}

/** A01, A02, A03…; the movement's own id makes it correctable. */
export const movement = (trigger: string, said: Moved): string => {
  const at = said.at ?? '20261120103000';
  return message(
    msh(`ADT^${trigger}^ADT_${trigger}`, said),
    `EVN||${at}||||${at}`,
    pid(said),
    `PV1|1|I|${said.place ?? 'MED1^101^P'}||||||||||||||||${said.visit}^^^HIS-E2E&000000000&N^VN`,
    `ZBE|${said.movement}^HIS-E2E|${at}||INSERT|N||^^^^^^UF^^^MED1||HMS`,
  );
};

export const merge = (said: Said, merged: string): string =>
  message(
    msh('ADT^A40^ADT_A39', said),
    `EVN||${said.at ?? '20261120103000'}`,
    pid(said),
    `MRG|${merged}^^^HIS-E2E&000000000&N^PI`,
  );

export const result = (said: Said & { readonly order: string; readonly value: string }): string =>
  message(
    msh('ORU^R01^ORU_R01', said),
    pid(said),
    `OBR|1||${said.order}^LABO|718-7^Hémoglobine^LN|||20261120110000|||||||||||||||20261120110000||BIO|F`,
    `OBX|1|NM|718-7^Hémoglobine^LN||${said.value}|g/dL^^UCUM|12.0-16.0|N|||F|||20261120110000`,
  );

/** A valid message of a kind that is not mapped. */
export const appointment = (said: Said): string => message(msh('SIU^S12^SIU_S12', said), 'SCH|1', pid(said));
