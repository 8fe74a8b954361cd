import { Controller, Delete, MethodNotAllowedException, Patch, Post, Put, Res } from '@nestjs/common';
import { Callers } from '#platform';
import type { FastifyReply } from 'fastify';
import { ByKeys } from './take-turns.js';

const everyPath = ['', '*'];

/** A replica is read only: every write is refused by name, whatever is there or not. */
@Controller(['establishments/:finess/fhir', 'territories/:code/fhir'])
@Callers('reader')
@ByKeys()
export class WritesController {
  @Put(everyPath)
  put(@Res() reply: FastifyReply): never {
    return refuse(reply);
  }
  @Post(everyPath)
  post(@Res() reply: FastifyReply): never {
    return refuse(reply);
  }
  @Patch(everyPath)
  patch(@Res() reply: FastifyReply): never {
    return refuse(reply);
  }
  @Delete(everyPath)
  delete(@Res() reply: FastifyReply): never {
    return refuse(reply);
  }
}

const refuse = (reply: FastifyReply): never => {
  void reply.header('Allow', 'GET, HEAD');
  throw new MethodNotAllowedException();
};
