import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Req, Res } from '@nestjs/common';
import { isAccountId, readAccount } from '@rekey/accounts';
import { inRequest, Operation, parse, unwrap } from '@rekey/http';
import { isUuid, refuse } from '@rekey/kernel';
import { endFamily, endSessionsOf, familySchema, listFamilies } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerWith } from './bearer.js';
import { deleteManagedAccount } from './delete-account.js';
import { CONTEXT, type ConsoleContext } from './parts.js';
import { putManagedAccount } from './put-account.js';
import { accountAnswer, accountBody, accountToPut, checkSame } from './wire.js';

@Controller('v1/accounts')
export class AccountsController {
  constructor(@Inject(CONTEXT) private readonly context: ConsoleContext) {}

  @Put(':id')
  @Operation({
    summary: 'Create or replace an account',
    bearer: true,
    body: accountBody,
    answers: {
      200: { description: 'replaced', schema: accountAnswer },
      201: { description: 'created', schema: accountAnswer },
    },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'conflict', 'password_refused'],
  })
  async put(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { clientId: caller } = await callerWith(this.context, 'accounts:write', request, reply);
    const read = parse(accountBody, body);
    checkSame('id', read.id, id);
    const account = accountToPut(id, read);
    const { created } = unwrap(await putManagedAccount(inRequest(this.context, request), caller, account));
    reply.status(created ? 201 : 200);
    return readAccount(this.context.database, this.context.keyring, id);
  }

  @Get(':id')
  @Operation({
    summary: 'Read an account, without its password',
    bearer: true,
    answers: { 200: { description: 'the account', schema: accountAnswer } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await callerWith(this.context, 'accounts:read', request, reply);
    const account = await readAccount(this.context.database, this.context.keyring, id);
    return unwrap(account ?? refuse('not_found'));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Delete an account and end its sessions and recoveries',
    bearer: true,
    answers: { 204: { description: 'deleted' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async remove(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { clientId: caller } = await callerWith(this.context, 'accounts:write', request, reply);
    unwrap(await deleteManagedAccount(inRequest(this.context, request), caller, id));
  }

  @Get(':id/tokens')
  @Operation({
    summary: 'List the sessions of an account and their states, without tokens',
    bearer: true,
    answers: { 200: { description: 'newest first', schema: z.object({ families: z.array(familySchema) }) } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async tokens(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await callerWith(this.context, 'tokens:read', request, reply);
    const { database, keyring, clock } = this.context;
    if (!(await readAccount(database, keyring, id))) unwrap(refuse('not_found'));
    return { families: await listFamilies(database, clock.now(), id) };
  }

  @Delete(':id/tokens')
  @HttpCode(204)
  @Operation({
    summary: 'End every session of an account',
    bearer: true,
    answers: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endAll(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { clientId: caller } = await callerWith(this.context, 'accounts:write', request, reply);
    const { database, keyring, clock } = inRequest(this.context, request);
    if (!(await readAccount(database, keyring, id))) unwrap(refuse('not_found'));
    const at = new Date(clock.now());
    await endSessionsOf(database, 'account', { id, at, reason: 'management', actor: `client:${caller}` });
  }

  @Delete(':id/tokens/:family')
  @HttpCode(204)
  @Operation({
    summary: 'End one session of an account',
    bearer: true,
    answers: { 204: { description: 'ended' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endOne(
    @Param('id') id: string,
    @Param('family') family: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { clientId: caller } = await callerWith(this.context, 'accounts:write', request, reply);
    const { database, clock } = inRequest(this.context, request);
    const at = new Date(clock.now());
    const of = { id: family, accountId: id, at, reason: 'management', actor: `client:${caller}` } as const;
    const ended = isAccountId(id) && isUuid(family) && (await endFamily(database, of));
    if (!ended) unwrap(refuse('not_found'));
  }
}
