import { Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { Context, InQuery, Json, Operation, unwrap } from '@rekey/http';
import {
  approveOverrideFor,
  draftOverrideFor,
  listOverridesFor,
  type ManagementContext,
  readOverrideOf,
  requestOverrideFor,
  useOverrideIn,
} from '@rekey/management';
import {
  type AuthenticationResponse,
  actingStaff,
  denyOverride,
  draftApproval,
  type StaffContext,
  type StaffSession,
} from '@rekey/staff';
import type { z } from 'zod';
import { nextOf, pageWanted } from '../paging.js';
import {
  draftBody,
  overrideResponse,
  overridesQuery,
  overridesResponse,
  signedBody,
  toSignResponse,
  useBody,
} from './overrides.schema.js';
import { SameOriginGuard } from './same-origin-guard.js';
import { emptyBody, reasonBody } from './staff.schema.js';
import { CurrentStaff, RequireFresh, RequireRight, StaffGuard } from './staff-guard.js';

type Overriding = ManagementContext & StaffContext;
type Signed = { text: string; response: AuthenticationResponse };

const usual = ['unauthorized', 'forbidden'] as const;
const deciding = ['invalid_request', 'unauthorized', 'forbidden', 'not_found', 'invalid_state'] as const;

/** What two members of staff sign for an account that has no working proof left. */
@Controller('staff/overrides')
@UseGuards(SameOriginGuard, StaffGuard)
export class StaffOverridesController {
  @Get()
  @RequireRight('look')
  @Operation({
    summary: 'List overrides',
    description:
      'Newest first. Each is verified by its signatures; one that does not verify is `invalid`. With `state`, a page may have fewer than `limit` before the last one. Reading those of one account is audited.',
    query: overridesQuery,
    responses: { 200: { description: 'a page of overrides', schema: overridesResponse } },
    refusals: ['invalid_request', ...usual],
  })
  async list(
    @InQuery(overridesQuery) query: z.output<typeof overridesQuery>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: Overriding,
  ) {
    const { keyring } = context;
    const wanted = pageWanted(keyring, 'overrides', query);
    const filter = { accountId: query.account_id, state: query.state };
    const page = await listOverridesFor(context, actingStaff(memberId), filter, wanted);
    return { overrides: page.items, ...nextOf(keyring, 'overrides', query, page) };
  }

  @Get(':id')
  @RequireRight('look')
  @Operation({
    summary: 'Read an override',
    description: 'The reading is audited.',
    responses: { 200: { description: 'the override', schema: overrideResponse } },
    refusals: [...usual, 'not_found'],
  })
  async get(
    @Param('id') id: string,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: Overriding,
  ) {
    return unwrap(await readOverrideOf(context, actingStaff(memberId), id));
  }

  @Post('draft')
  @HttpCode(200)
  @RequireRight('assist')
  @Operation({
    summary: 'Draft a request, to be signed with the passkey',
    description:
      'For an account that no set of its proofs recovers any more, without those that are `lost`; `invalid_state` says which still would. Nothing is stored.',
    body: draftBody,
    responses: { 200: { description: 'what to read and sign, within five minutes', schema: toSignResponse } },
    refusals: [...deciding],
  })
  async draft(
    @Json(draftBody) { account_id: account, ...why }: z.output<typeof draftBody>,
    @CurrentStaff() session: StaffSession,
    @Context() context: Overriding,
  ) {
    return unwrap(await draftOverrideFor(context, session, { account, ...why }));
  }

  @Post()
  @RequireRight('assist')
  @Operation({
    summary: 'Request an override',
    description:
      'The signature is the fresh use of the passkey. Every address of the account is notified, with a stop link. A member asks for ten an hour.',
    body: signedBody,
    responses: { 201: { description: 'requested', schema: overrideResponse } },
    refusals: [...deciding, 'conflict', 'rate_limited'],
  })
  async request(
    @Json(signedBody) body: z.output<typeof signedBody>,
    @CurrentStaff() session: StaffSession,
    @Context() context: Overriding,
  ) {
    return unwrap(await requestOverrideFor(context, session, body as Signed));
  }

  @Post(':id/approval/draft')
  @HttpCode(200)
  @RequireRight('decide')
  @Operation({
    summary: 'Draft an approval, to be signed with the passkey',
    body: emptyBody,
    responses: { 200: { description: 'what to read and sign, within five minutes', schema: toSignResponse } },
    refusals: [...deciding],
  })
  async draftApproval(
    @Param('id') id: string,
    @Json(emptyBody) _body: object,
    @CurrentStaff() session: StaffSession,
    @Context() context: Overriding,
  ) {
    return unwrap(await draftApproval(context, session, id));
  }

  @Post(':id/approval')
  @HttpCode(200)
  @RequireRight('decide')
  @Operation({
    summary: 'Approve the override that another member has requested',
    description:
      'It can be used 24 hours later, for seven days. Every address of the account is notified, with a stop link.',
    body: signedBody,
    responses: { 200: { description: 'approved', schema: overrideResponse } },
    refusals: [...deciding],
  })
  async approve(
    @Param('id') id: string,
    @Json(signedBody) body: z.output<typeof signedBody>,
    @CurrentStaff() session: StaffSession,
    @Context() context: Overriding,
  ) {
    return unwrap(await approveOverrideFor(context, session, { id, ...(body as Signed) }));
  }

  @Post(':id/deny')
  @HttpCode(204)
  @RequireRight('decide')
  @RequireFresh()
  @Operation({
    summary: 'Deny an override, also an approved one that was not used yet',
    body: reasonBody,
    responses: { 204: { description: 'denied' } },
    refusals: [...deciding, 'step_up_required'],
  })
  async deny(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: z.output<typeof reasonBody>,
    @CurrentStaff() session: StaffSession,
    @Context() context: Overriding,
  ) {
    unwrap(await denyOverride(context, session, { id, reason }));
  }

  @Post(':id/use')
  @HttpCode(204)
  @RequireRight('assist')
  @RequireFresh()
  @Operation({
    summary: 'Let an override stand for the missing proof of a recovery',
    description:
      'Once, after its waiting period, for a recovery of the same account that staff have started. The person goes on in their own flow: holds of the policy apply, and the override is verified again when they complete the recovery.',
    body: useBody,
    responses: { 204: { description: 'the recovery is `proven`, or `held`' } },
    refusals: [...deciding, 'step_up_required'],
  })
  async use(
    @Param('id') id: string,
    @Json(useBody) { recovery_id: recovery, reason }: z.output<typeof useBody>,
    @CurrentStaff() session: StaffSession,
    @Context() context: Overriding,
  ) {
    unwrap(await useOverrideIn(context, session, { id, recovery, reason }));
  }
}
