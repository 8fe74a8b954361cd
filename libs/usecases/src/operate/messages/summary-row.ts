/** Messages of one sender and type in one piece of time. */
export interface SummaryRow {
  /** RFC 3339, where the piece begins; on the recorded clock, of what was refused on the gateway's. */
  readonly from: string;
  readonly establishment: string;
  readonly sender: string;
  readonly type: string;
  readonly messages: number;
  readonly parked: number;
  readonly refused: number;
  /** Records that they touched. */
  readonly records: number;
  readonly removed: number;
}
