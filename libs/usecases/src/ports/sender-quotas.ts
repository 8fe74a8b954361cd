/** A sender whose messages a gateway does not take now, because of what it has sent within the hour. */
export interface HeldBack {
  readonly sender: string;
  /** Until there is room again, if it sends nothing more. */
  readonly roomInSeconds: number;
}

/** What one gateway says of the quotas of its senders. */
export abstract class SenderQuotas {
  /** Name of the gateway. */
  abstract readonly gateway: string;
  /** Throws a `Failure` where it does not say. */
  abstract heldBack(): Promise<readonly HeldBack[]>;
}
