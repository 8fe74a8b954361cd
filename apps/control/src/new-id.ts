/** Where new ids come from. */
export class NewId {
  constructor(readonly next: () => string) {}
}
