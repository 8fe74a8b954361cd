import { Controller, Get, Header, Headers } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '#platform';
import { contentSecurityPolicy, frontPage, wantedLanguage } from './front-page.js';

/** Where things are, until the console is. */
@ApiExcludeController()
@Controller()
@Public()
export class FrontPageController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Vary', 'Accept-Language')
  @Header('Content-Security-Policy', contentSecurityPolicy)
  @Header('X-Frame-Options', 'DENY')
  @Header('Referrer-Policy', 'no-referrer')
  page(@Headers('accept-language') language: string | undefined): string {
    return frontPage(wantedLanguage(language ?? ''));
  }
}
