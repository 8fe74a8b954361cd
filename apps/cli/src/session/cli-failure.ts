/** What ends a verb without a result: the sentence and the hint go to standard error, the code to the shell. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  constructor(
    readonly exitCode: number,
    message: string,
    readonly hint = '',
  ) {
    super(message);
  }
}
