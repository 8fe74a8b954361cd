import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Finess } from '#domain';
import { Callers } from '#platform';
import {
  type Certificate,
  type CertificateVerification,
  type Check,
  DirectoryDecisions,
  establishmentNamed,
  KeyStore,
  type Verdict,
  VerifyCertificate,
  VerifyLog,
  VerifyReplicas,
} from '#usecases';
import { one, type Query as Asked } from '../query.js';
import { readCertificate } from '../restores/read-plan.js';
import { RestoreDesk } from '../restores/restore-desk.js';
import { CertificateDocument, VerificationDocument } from '../restores/restore-documents.js';

interface Verified {
  readonly establishment: Finess;
  readonly verdict: Verdict;
  readonly examined: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
  /** Nothing was ever written to its log: nothing could be examined. */
  readonly empty: boolean;
}

interface Verification {
  readonly verdict: Verdict;
  readonly examined: Readonly<Record<string, number>>;
  readonly establishments: readonly Verified[];
}

/** The worst of them: what differs anywhere differs; an empty log is passed over, but where all are, nothing was examined. */
const together = (establishments: readonly Verified[]): Verification => {
  const examined: Record<string, number> = {};
  for (const one of establishments)
    for (const [what, n] of Object.entries(one.examined)) examined[what] = (examined[what] ?? 0) + n;
  const verdicts = establishments.filter(({ empty }) => !empty).map(({ verdict }) => verdict);
  const nothing = verdicts.length === 0 || verdicts.includes('nothing-examined');
  return {
    verdict: verdicts.includes('differs') ? 'differs' : nothing ? 'nothing-examined' : 'same',
    examined,
    establishments,
  };
};

@ApiTags('verify')
@Controller('api')
@Callers('operator')
export class VerifyController {
  constructor(
    @Inject(VerifyCertificate) private readonly certificates: VerifyCertificate,
    @Inject(VerifyLog) private readonly logs: VerifyLog,
    @Inject(VerifyReplicas) private readonly replicas: VerifyReplicas,
    @Inject(DirectoryDecisions) private readonly decisions: DirectoryDecisions,
    @Inject(RestoreDesk) private readonly desk: RestoreDesk,
    @Inject(KeyStore) private readonly keys: KeyStore,
  ) {}

  @Get('certificates/:id')
  @ApiOperation({ summary: 'certificate show' })
  @ApiOkResponse({ type: CertificateDocument })
  certificate(@Param('id') id: string): Certificate {
    return this.desk.certificate(id);
  }

  @Post('certificates/verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'certificate verify: signature, and recomputed from the log alone' })
  @ApiBody({ type: CertificateDocument })
  @ApiOkResponse({ type: VerificationDocument })
  verifyCertificate(@Body() body: unknown): Promise<CertificateVerification> {
    return this.certificates.verify(readCertificate(body));
  }

  @Post('verify/log')
  @HttpCode(200)
  @ApiQuery({ name: 'establishment', required: false })
  @ApiOkResponse({ type: VerificationDocument })
  async verifyLog(@Query() query: Asked): Promise<Verification> {
    const verified: Verified[] = [];
    for (const finess of this.asked(query)) {
      const log = await this.logs.verify(finess);
      verified.push({
        establishment: finess,
        ...log,
        empty: log.verdict === 'nothing-examined' && log.examined.events === 0,
      });
    }
    return together(verified);
  }

  @Post('verify/replica')
  @HttpCode(200)
  @ApiOperation({ summary: 'are the replicas byte-identical, establishment by establishment' })
  @ApiQuery({ name: 'establishment', required: false })
  @ApiOkResponse({ type: VerificationDocument })
  async verifyReplica(@Query() query: Asked): Promise<Verification> {
    const verified: Verified[] = [];
    for (const finess of this.asked(query)) {
      const replicas = await this.replicas.verify(finess);
      verified.push({ ...replicas, empty: replicas.position === '-1' });
    }
    return together(verified);
  }

  @Get('keys')
  @ApiOperation({ summary: 'public keys by id, PEM: what a stranger needs to check a signature' })
  publicKeys(): Readonly<Record<string, string>> {
    return this.keys.publicKeys();
  }

  private asked(query: Asked): readonly Finess[] {
    const { directory } = this.decisions;
    const raw = one(query, 'establishment');
    return raw === undefined ? [...directory.establishments.keys()] : [establishmentNamed(directory, raw)];
  }
}
