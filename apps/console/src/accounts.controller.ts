import { Controller, Delete, Get, HttpCode, Param, Patch, Put, UseGuards } from '@nestjs/common';
import {
  Caller,
  Context,
  InQuery,
  Json,
  type ManagementCaller,
  ManagementScopeGuard,
  mergePatch,
  Operation,
  Replies,
  Reply,
  RequireScope,
  Takes,
  unwrap,
} from '@rekey/http';
import {
  deleteAccount,
  endSessionOfAccount,
  endSessionsOfAccount,
  eraseAccount,
  findAccountsBy,
  listSessionsOf,
  type ManagementContext,
  patchAccount,
  readAccountOf,
  replaceAccount,
} from '@rekey/management';
import { sessionViewSchema } from '@rekey/tokens';
import { z } from 'zod';
import { accountExample } from './examples.js';
import {
  accountBody,
  accountPatch,
  accountResponse,
  accountToPatch,
  accountToPut,
  checkSame,
} from './management.schema.js';
import { findQuery } from './query.schema.js';

const foundResponse = z
  .object({ accounts: z.array(accountResponse).max(1) })
  .meta({ examples: [{ accounts: [accountExample] }] });

@Controller('v1/accounts')
@UseGuards(ManagementScopeGuard)
export class AccountsController {
  @Get()
  @RequireScope('accounts:read')
  @Operation({
    summary: 'Find an account by an identifier',
    description:
      'The identifier is read as the start of a recovery reads it, and finds the account that the recovery would be for. A disabled account is found too. The lookup is audited, without the identifier.',
    bearer: true,
    query: findQuery,
    responses: { 200: { description: 'one account, or none', schema: foundResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'country_required'],
  })
  async find(
    @InQuery(findQuery) query: z.output<typeof findQuery>,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return { accounts: unwrap(await findAccountsBy(context, actor, query)) };
  }

  @Put(':id')
  @RequireScope('accounts:write')
  @Replies()
  @Operation({
    summary: 'Create or replace an account',
    bearer: true,
    body: accountBody,
    responses: {
      200: { description: 'replaced', schema: accountResponse },
      201: { description: 'created', schema: accountResponse },
    },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'conflict', 'password_refused'],
  })
  async put(
    @Param('id') id: string,
    @Json(accountBody) body: z.output<typeof accountBody>,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    checkSame('id', body.id, id);
    const { created, account } = unwrap(await replaceAccount(context, actor, accountToPut(id, body)));
    return new Reply(created ? 201 : 200, account);
  }

  @Patch(':id')
  @RequireScope('accounts:write')
  @Takes(mergePatch, 'application/json')
  @Operation({
    summary: 'Change some members of an account',
    description:
      'A merge patch (RFC 7396), as `application/json` or `application/merge-patch+json`: a member that is left out stays as it is, and null removes a username or a locale. A change has the same consequences as in a replacement. To change addresses or the password, replace the account.',
    bearer: true,
    body: accountPatch,
    responses: { 200: { description: 'changed', schema: accountResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'not_found', 'conflict'],
  })
  async patch(
    @Param('id') id: string,
    @Json(accountPatch) body: z.output<typeof accountPatch>,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    checkSame('id', body.id, id);
    return unwrap(await patchAccount(context, actor, id, accountToPatch(body)));
  }

  @Get(':id')
  @RequireScope('accounts:read')
  @Operation({
    summary: 'Read an account, without its password',
    description: 'Its addresses are in clear, so the reading is audited.',
    bearer: true,
    responses: { 200: { description: 'the account', schema: accountResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await readAccountOf(context, actor, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('accounts:write')
  @Operation({
    summary: 'Delete an account and end its sessions and recoveries',
    bearer: true,
    responses: { 204: { description: 'deleted' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async remove(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await deleteAccount(context, actor, id));
  }

  @Delete(':id/audit')
  @HttpCode(202)
  @RequireScope('accounts:write')
  @Operation({
    summary: 'Take a deleted account out of the audit',
    description:
      'Its events stay and verify as before, and nobody can find out whom they are about, within a minute (GDPR Art. 17). While the account exists, this is refused.',
    bearer: true,
    responses: { 202: { description: 'asked for' } },
    refusals: ['unauthorized', 'forbidden', 'not_found', 'invalid_state'],
  })
  async erase(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await eraseAccount(context, actor, id));
  }

  @Get(':id/tokens')
  @RequireScope('tokens:read')
  @Operation({
    summary: 'List the sessions of an account and their states, without tokens',
    description: 'The reading is audited.',
    bearer: true,
    responses: {
      200: { description: 'newest first', schema: z.object({ families: z.array(sessionViewSchema) }) },
    },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async tokens(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return { families: unwrap(await listSessionsOf(context, actor, id)) };
  }

  @Delete(':id/tokens')
  @HttpCode(204)
  @RequireScope('accounts:write')
  @Operation({
    summary: 'End every session of an account',
    bearer: true,
    responses: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endAll(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsOfAccount(context, actor, id));
  }

  @Delete(':id/tokens/:family')
  @HttpCode(204)
  @RequireScope('accounts:write')
  @Operation({
    summary: 'End one session of an account',
    bearer: true,
    responses: { 204: { description: 'ended' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endOne(
    @Param('id') account: string,
    @Param('family') session: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionOfAccount(context, actor, { account, session }));
  }
}
