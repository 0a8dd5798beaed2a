import { Controller, Inject, Put, UseFilters, UseGuards } from '@nestjs/common';
import {
  CLIENTS,
  Context,
  CrossOrigin,
  CurrentSession,
  deny,
  Json,
  Operation,
  type PersonSession,
  SessionGuard,
  unwrap,
} from '@rekey/http';
import { changeOwnPassword, type PasswordContext } from '@rekey/sign-in';
import type { ClientDirectory } from '@rekey/tokens';
import { z } from 'zod';
import { sessionResponseSchema } from './oauth.schema.js';
import { PRODUCT_NAME } from './providers.js';
import { SessionFilter } from './session-filter.js';

const changeBody = z.strictObject({
  current_password: z.string().min(1).max(1024).optional().describe('Needed if the account has a password'),
  password: z.string().min(1).max(1024),
});

/** A person's own password. */
@CrossOrigin()
@Controller('v1/password')
@UseFilters(SessionFilter)
@UseGuards(SessionGuard)
export class PasswordController {
  constructor(
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
    @Inject(PRODUCT_NAME) private readonly productName: string,
  ) {}

  @Put()
  @Operation({
    summary: 'Change the password',
    description: 'Every session ends. The caller continues with the tokens in the response.',
    bearer: true,
    body: changeBody,
    responses: { 200: { description: 'changed; fresh tokens', schema: sessionResponseSchema } },
    refusals: [
      'invalid_request',
      'unauthorized',
      'step_up_required',
      'not_found',
      'wrong_proof',
      'password_refused',
      'rate_limited',
    ],
  })
  async change(
    @Context() context: PasswordContext,
    @CurrentSession() session: PersonSession,
    @Json(changeBody) wanted: z.output<typeof changeBody>,
  ) {
    const client = (await this.clients.find(session.client_id)) ?? deny('unauthorized');
    return unwrap(await changeOwnPassword(context, session, client, wanted, this.productName));
  }
}
