import {
  Controller,
  createParamDecorator,
  Delete,
  type ExecutionContext,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { listAuthenticators } from '@rekey/accounts';
import {
  Context,
  CrossOrigin,
  CurrentSession,
  currentSession,
  Json,
  matchedRoute,
  Operation,
  type PersonSession,
  requestOf,
  SessionGuard,
  unwrap,
} from '@rekey/http';
import { longestTyped } from '@rekey/kernel';
import { boundKinds, type CodeSetKind, codeSetAt, codeSetProofOf, totp } from '@rekey/proofs';
import {
  type BindingBy,
  confirmTotp,
  type EnrolmentContext,
  renewCodes,
  restore,
  startTotpBinding,
  unbind,
} from '@rekey/sign-in';
import { z } from 'zod';
import { PRODUCT_NAME } from './providers.js';
import { SessionFilter } from './session-filter.js';
import { StepUpGuard } from './step-up-guard.js';

const authenticator = z.object({
  id: z.uuid(),
  kind: z.enum(boundKinds),
  bound_at: z.iso.datetime(),
  codes_left: z.number().int().optional(),
  disabled: z
    .boolean()
    .describe('Too many failed attempts: it cannot be used for recovery until it is set up again'),
  suspended: z.boolean().describe('A recovery has turned it off: it cannot be used until it is restored'),
  bound_from: z.string().optional().describe('The network it was set up from'),
  client_id: z.string().optional().describe('The client whose session set it up'),
  counts_from: z.iso.datetime().optional().describe('From this time on it can be used for recovery'),
});
const listAnswer = z.object({ authenticators: z.array(authenticator) });
const totpAnswer = z.object({
  id: z.uuid(),
  secret: z.string().describe('Base32; shown once'),
  uri: z.string().describe('otpauth URI, to show as a QR code'),
});
const codesAnswer = z.object({ id: z.uuid(), codes: z.array(z.string()).describe('Shown once') });
const confirmBody = z.strictObject({ value: z.string().min(1).max(longestTyped) });

/** Who changes one, by which session, and from where. */
const By = createParamDecorator((_data: unknown, context: ExecutionContext): BindingBy => {
  const request = requestOf(context);
  const { sub, sid, client_id: client } = currentSession.get(request);
  return { account: sub, session: sid, client, source: request.ip };
});

/** The kind of codes that the path names. */
const CodeSet = createParamDecorator(
  (_data: unknown, context: ExecutionContext): CodeSetKind => codeSetAt(matchedRoute(requestOf(context))),
);

/** A person's own authenticators: what gets them back when password and phone are gone. */
@CrossOrigin()
@Controller('v1/authenticators')
@UseFilters(SessionFilter)
@UseGuards(SessionGuard)
export class AuthenticatorsController {
  constructor(@Inject(PRODUCT_NAME) private readonly productName: string) {}

  @Get()
  @Operation({
    summary: 'List your own authenticators',
    bearer: true,
    responses: { 200: { description: 'oldest first', schema: listAnswer } },
    refusals: ['unauthorized'],
  })
  async list(@Context() { database, clock }: EnrolmentContext, @CurrentSession() { sub }: PersonSession) {
    return { authenticators: await listAuthenticators(database, sub, clock.now()) };
  }

  @Post(totp.setUp.api)
  @UseGuards(StepUpGuard)
  @Operation({
    summary: 'Start to set up an authenticator app',
    description: 'It can be used once a code from it is confirmed. Then it replaces the previous app.',
    bearer: true,
    responses: { 201: { description: 'to be confirmed', schema: totpAnswer } },
    refusals: ['unauthorized', 'step_up_required', 'not_found'],
  })
  async begin(@Context() context: EnrolmentContext, @By() by: BindingBy) {
    return unwrap(await startTotpBinding(context, by, this.productName));
  }

  @Post(':id/confirm')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  @Operation({
    summary: 'Confirm the authenticator app with a code from it',
    bearer: true,
    body: confirmBody,
    responses: { 204: { description: 'bound' } },
    refusals: [
      'invalid_request',
      'unauthorized',
      'step_up_required',
      'not_found',
      'wrong_proof',
      'rate_limited',
    ],
  })
  async confirm(
    @Context() context: EnrolmentContext,
    @By() by: BindingBy,
    @Param('id') id: string,
    @Json(confirmBody) { value }: z.output<typeof confirmBody>,
  ): Promise<void> {
    unwrap(await confirmTotp(context, by, { id, value }));
  }

  @Post(Object.values(codeSetProofOf).map(({ setUp }) => setUp.api))
  @UseGuards(StepUpGuard)
  @Operation({
    summary: 'Create ten backup codes, which replace the old ones',
    bearer: true,
    responses: { 201: { description: 'shown once', schema: codesAnswer } },
    refusals: ['unauthorized', 'step_up_required', 'not_found'],
  })
  async codes(@Context() context: EnrolmentContext, @By() by: BindingBy, @CodeSet() kind: CodeSetKind) {
    return unwrap(await renewCodes(context, by, kind));
  }

  @Post(':id/restore')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  @Operation({
    summary: 'Restore an authenticator that a recovery has turned off',
    description: 'If another one of its kind is set up, remove that one first (409).',
    bearer: true,
    responses: { 204: { description: 'restored' } },
    refusals: ['unauthorized', 'step_up_required', 'not_found', 'conflict'],
  })
  async restore(
    @Context() context: EnrolmentContext,
    @By() by: BindingBy,
    @Param('id') id: string,
  ): Promise<void> {
    unwrap(await restore(context, by, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  @Operation({
    summary: 'Remove one of your own authenticators',
    bearer: true,
    responses: { 204: { description: 'removed' } },
    refusals: ['unauthorized', 'step_up_required', 'not_found'],
  })
  async remove(
    @Context() context: EnrolmentContext,
    @By() by: BindingBy,
    @Param('id') id: string,
  ): Promise<void> {
    unwrap(await unbind(context, by, id));
  }
}
