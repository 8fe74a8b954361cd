import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/** Lets failures reach the strategy as they are: Nest's own filter would make each of them "Internal server error". */
@Catch()
export class PassFailures implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
