import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Req, Res } from '@nestjs/common';
import { type AuditEventName, recordAudit } from '@rekey/audit';
import { inRequest, Operation, parse, unwrap } from '@rekey/http';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import {
  type ClientWriter,
  deleteClient,
  endSessionsOf,
  isClientId,
  type ManagementScope,
  managementScopes,
  mayWriteClient,
  putClientBy,
  readClient,
} from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerWith, challenge } from './bearer.js';
import { CONTEXT, type ConsoleContext } from './parts.js';
import { checkSame, clientAnswer, clientBody } from './wire.js';

const everyones = 'clients:admin' satisfies ManagementScope;

@Controller('v1/clients')
export class ClientsController {
  constructor(@Inject(CONTEXT) private readonly context: ConsoleContext) {}

  @Put(':client_id')
  @Operation({
    summary: 'Create or replace an OAuth client',
    description:
      'A confidential client gets a secret when it is created. The response shows it once. To replace a client that the caller did not create, the scope `clients:admin` is needed.',
    bearer: true,
    body: clientBody,
    answers: {
      200: { description: 'replaced', schema: clientAnswer },
      201: { description: 'created', schema: clientAnswer },
    },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async put(
    @Param('client_id') clientId: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { by, scopes } = await this.writer(request, reply);
    if (!isClientId(clientId)) {
      unwrap(
        refuse('invalid_request', {
          errors: [
            { pointer: '/client_id', detail: 'must be 1 to 100 letters, digits, "_", ".", ":" or "-"' },
          ],
        }),
      );
    }
    const read = parse(clientBody, body);
    checkSame('client_id', read.client_id, clientId);
    const client = { ...read, client_id: clientId };
    const notTheirs = managementScopes.find(
      (scope) => client.scopes.includes(scope) && !scopes.includes(scope),
    );
    if (notTheirs) {
      // Whoever may make clients could otherwise make one that may do what they may not.
      unwrap(
        refuse('invalid_request', {
          errors: [{ pointer: '/scopes', detail: `you may not grant ${notTheirs}` }],
        }),
      );
    }
    if (clientId === 'default' && client.type !== 'public') {
      const detail = 'the default client must stay public';
      unwrap(refuse('invalid_request', { errors: [{ pointer: '/type', detail }] }));
    }
    const now = this.context.clock.now();
    const { created, secret } = this.unwrap(await putClientBy(by, this.context.tokens, now, client), reply);
    await this.record(created ? 'client_created' : 'client_updated', by.clientId, clientId);
    reply.status(created ? 201 : 200);
    return { ...client, ...(secret ? { client_secret: secret } : {}) };
  }

  @Get(':client_id')
  @Operation({
    summary: 'Read an OAuth client, without its secret',
    bearer: true,
    answers: { 200: { description: 'the client', schema: clientAnswer } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(
    @Param('client_id') clientId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await callerWith(this.context, 'clients:write', request, reply);
    return unwrap((await readClient(this.context.database, clientId)) ?? refuse('not_found'));
  }

  @Delete(':client_id')
  @HttpCode(204)
  @Operation({
    summary: 'Delete an OAuth client',
    description: 'For a client that the caller did not create, the scope `clients:admin` is needed.',
    bearer: true,
    answers: { 204: { description: 'deleted' } },
    refusals: ['unauthorized', 'forbidden', 'not_found', 'invalid_state'],
  })
  async remove(
    @Param('client_id') clientId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { by } = await this.writer(request, reply);
    // It stands in wherever a request names no client.
    if (clientId === 'default') unwrap(refuse('invalid_state'));
    const { database, clock } = inRequest(this.context, request);
    const now = clock.now();
    const at = new Date(now);
    const actor = `client:${by.clientId}`;
    const outcome = await database.transaction(async (tx) => {
      const deleted = await deleteClient(tx, clientId, by);
      if (isRefused(deleted)) return deleted;
      await endSessionsOf(tx, 'client', { id: clientId, at, reason: 'client', actor });
      const detail = { client_id: clientId };
      await recordAudit(tx, { id: uuidv7(now), at, event: 'client_deleted', actor, detail });
      return undefined;
    });
    this.unwrap(outcome, reply);
  }

  @Delete(':client_id/tokens')
  @HttpCode(204)
  @Operation({
    summary: "End every session of a client, and the client's own tokens",
    description: 'For a client that the caller did not create, the scope `clients:admin` is needed.',
    bearer: true,
    answers: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endAll(
    @Param('client_id') clientId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { by } = await this.writer(request, reply);
    this.unwrap(await mayWriteClient(this.context.database, clientId, by), reply);
    await this.endSessions(request, clientId, 'management', by.clientId);
  }

  private async writer(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ by: ClientWriter; scopes: string[] }> {
    const { clientId, scopes } = await callerWith(this.context, 'clients:write', request, reply);
    return { by: { clientId, everyones: scopes.includes(everyones) }, scopes };
  }

  /** A client of somebody else takes another scope, which the challenge names (RFC 6750 §3.1). */
  private unwrap<T>(outcome: T | Refusal, reply: FastifyReply): T {
    if (isRefused(outcome) && outcome.code === 'forbidden')
      reply.header('www-authenticate', challenge('insufficient_scope', everyones));
    return unwrap(outcome);
  }

  private async endSessions(
    request: FastifyRequest,
    id: string,
    reason: 'client' | 'management',
    caller: string,
  ): Promise<void> {
    const { database, clock } = inRequest(this.context, request);
    const at = new Date(clock.now());
    await endSessionsOf(database, 'client', { id, at, reason, actor: `client:${caller}` });
  }

  private async record(event: AuditEventName, caller: string, clientId: string): Promise<void> {
    const now = this.context.clock.now();
    await recordAudit(this.context.database, {
      id: uuidv7(now),
      at: new Date(now),
      event,
      actor: `client:${caller}`,
      detail: { client_id: clientId },
    });
  }
}
