import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Finess } from '#domain';
import { Callers } from '#platform';
import {
  type Certificate,
  type CertificateVerification,
  type Check,
  DirectoryDecisions,
  establishmentNamed,
  expectedTimeline,
  KeyStore,
  type Verdict,
  VerifyCertificate,
  VerifyLog,
  VerifyReplicas,
} from '#usecases';
import { one, type Query as Asked } from '../query.js';
import { readCertificates } from '../restores/read-plan.js';
import { RestoreDesk } from '../restores/restore-desk.js';
import { CertificateDocument, CertificatesDocument, VerificationDocument } from '../restores/restore-documents.js';

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

const oneOrSeveral = {
  oneOf: [{ $ref: getSchemaPath(CertificateDocument) }, { $ref: getSchemaPath(CertificatesDocument) }],
};

@ApiTags('verify')
@ApiExtraModels(CertificateDocument, CertificatesDocument)
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
  @ApiOperation({ summary: 'certificate show: of one establishment the certificate, of several {items}' })
  @ApiOkResponse({ schema: oneOrSeveral })
  certificate(@Param('id') id: string): Certificate | { readonly items: readonly Certificate[] } {
    const items = this.desk.certificates(id);
    const [one] = items;
    return one && items.length === 1 ? one : { items };
  }

  @Post('certificates/verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'certificate verify: signature, and recomputed from the log alone' })
  @ApiBody({ schema: oneOrSeveral })
  @ApiOkResponse({ type: VerificationDocument })
  async verifyCertificates(@Body() body: unknown): Promise<CertificateVerification | Verification> {
    const certificates = readCertificates(body);
    const [one] = certificates;
    if (one && certificates.length === 1) return this.certificates.verify(one);
    const verified: Verified[] = [];
    for (const certificate of certificates) {
      const verification = await this.certificates.verify(certificate);
      verified.push({ establishment: certificate.establishment, ...verification, empty: false });
    }
    return together(verified);
  }

  @Post('verify/log')
  @HttpCode(200)
  @ApiOperation({ summary: 'verify log: reads every event; zero examined is a failure' })
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
  @ApiOperation({
    summary:
      'do the replicas serve the same, and what was certified: every row and byte, establishment by establishment',
  })
  @ApiQuery({ name: 'establishment', required: false })
  @ApiOkResponse({ type: VerificationDocument })
  async verifyReplica(@Query() query: Asked): Promise<Verification> {
    const verified: Verified[] = [];
    for (const finess of this.asked(query)) {
      const replicas = await this.replicas.verify(finess, () => expectedTimeline(this.decisions.directory, finess));
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
