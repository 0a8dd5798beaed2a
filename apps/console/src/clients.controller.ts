import { Controller, Delete, Get, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import {
  Caller,
  Context,
  deny,
  InQuery,
  Json,
  type ManagementCaller,
  ManagementScopeGuard,
  Operation,
  PathParam,
  Replies,
  Reply,
  RequireScope,
  scopeChallenge,
  unwrap,
} from '@rekey/http';
import type { Refusal } from '@rekey/kernel';
import {
  deleteClient,
  endSessionsOfClient,
  everyClient,
  type ManagementContext,
  putClient,
} from '@rekey/management';
import { readClient } from '@rekey/tokens';
import type { z } from 'zod';
import { clientsPage, clientsResponse } from './clients-page.js';
import { checkSame, clientBody, clientIdInPath, clientResponse } from './management.schema.js';
import { clientsQuery } from './query.schema.js';

/** A client of somebody else takes another scope, which the challenge names (RFC 6750 §3.1). */
const ownerChallenge = ({ code }: Refusal) => (code === 'forbidden' ? scopeChallenge(everyClient) : {});

@Controller('v1/clients')
@UseGuards(ManagementScopeGuard)
@RequireScope('clients:write')
export class ClientsController {
  @Put(':client_id')
  @Replies()
  @Operation({
    summary: 'Create or replace an OAuth client',
    description:
      'A confidential client gets a secret when it is created. The response shows it once. To replace a client that the caller did not create, the scope `clients:admin` is needed.',
    bearer: true,
    body: clientBody,
    responses: {
      200: { description: 'replaced', schema: clientResponse },
      201: { description: 'created', schema: clientResponse },
    },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async put(
    @Json(clientBody) body: z.output<typeof clientBody>,
    @PathParam('client_id', clientIdInPath) clientId: string,
    @Caller() caller: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    checkSame('client_id', body.client_id, clientId);
    const client = { ...body, client_id: clientId };
    const { created, secret } = unwrap(await putClient(context, caller, client), ownerChallenge);
    return new Reply(created ? 201 : 200, { ...client, ...(secret ? { client_secret: secret } : {}) });
  }

  @Get()
  @Operation({
    summary: 'List the OAuth clients, without their secrets',
    description: 'Those that were created last come first.',
    bearer: true,
    query: clientsQuery,
    responses: { 200: { description: 'a page of clients', schema: clientsResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async list(
    @InQuery(clientsQuery) query: z.output<typeof clientsQuery>,
    @Context() context: ManagementContext,
  ) {
    return clientsPage(context, query);
  }

  @Get(':client_id')
  @Operation({
    summary: 'Read an OAuth client, without its secret',
    bearer: true,
    responses: { 200: { description: 'the client', schema: clientResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(@Param('client_id') clientId: string, @Context() { database }: ManagementContext) {
    return (await readClient(database, clientId)) ?? deny('not_found');
  }

  @Delete(':client_id')
  @HttpCode(204)
  @Operation({
    summary: 'Delete an OAuth client',
    description: 'For a client that the caller did not create, the scope `clients:admin` is needed.',
    bearer: true,
    responses: { 204: { description: 'deleted' } },
    refusals: ['unauthorized', 'forbidden', 'not_found', 'invalid_state'],
  })
  async remove(
    @Param('client_id') clientId: string,
    @Caller() caller: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await deleteClient(context, caller, clientId), ownerChallenge);
  }

  @Delete(':client_id/tokens')
  @HttpCode(204)
  @Operation({
    summary: "End every session of a client, and the client's own tokens",
    description: 'For a client that the caller did not create, the scope `clients:admin` is needed.',
    bearer: true,
    responses: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endAll(
    @Param('client_id') clientId: string,
    @Caller() caller: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsOfClient(context, caller, clientId), ownerChallenge);
  }
}
