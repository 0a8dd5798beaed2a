import { Controller, Delete, Get, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { readAccount } from '@rekey/accounts';
import {
  Caller,
  Context,
  deny,
  Json,
  type ManagementCaller,
  ManagementScopeGuard,
  Operation,
  Replies,
  Reply,
  RequireScope,
  unwrap,
} from '@rekey/http';
import {
  deleteAccount,
  endSessionOfAccount,
  endSessionsOfAccount,
  type ManagementContext,
  replaceAccount,
} from '@rekey/management';
import { listSessions, sessionViewSchema } from '@rekey/tokens';
import { z } from 'zod';
import { accountBody, accountResponse, accountToPut, checkSame } from './management.schema.js';

@Controller('v1/accounts')
@UseGuards(ManagementScopeGuard)
export class AccountsController {
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
    @Caller() { clientId }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    checkSame('id', body.id, id);
    const { created, account } = unwrap(await replaceAccount(context, clientId, accountToPut(id, body)));
    return new Reply(created ? 201 : 200, account);
  }

  @Get(':id')
  @RequireScope('accounts:read')
  @Operation({
    summary: 'Read an account, without its password',
    bearer: true,
    responses: { 200: { description: 'the account', schema: accountResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(@Param('id') id: string, @Context() { database, keyring }: ManagementContext) {
    return (await readAccount(database, keyring, id)) ?? deny('not_found');
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
    @Caller() { clientId }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await deleteAccount(context, clientId, id));
  }

  @Get(':id/tokens')
  @RequireScope('tokens:read')
  @Operation({
    summary: 'List the sessions of an account and their states, without tokens',
    bearer: true,
    responses: {
      200: { description: 'newest first', schema: z.object({ families: z.array(sessionViewSchema) }) },
    },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async tokens(@Param('id') id: string, @Context() { database, keyring, clock }: ManagementContext) {
    if (!(await readAccount(database, keyring, id))) deny('not_found');
    return { families: await listSessions(database, clock.now(), id) };
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
    @Caller() { clientId }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsOfAccount(context, clientId, id));
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
    @Caller() { clientId }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionOfAccount(context, clientId, { account, session }));
  }
}
