import { Controller, HttpCode, Post } from '@nestjs/common';
import {
  Context,
  CrossOrigin,
  Json,
  LedByMessage,
  Operation,
  Public,
  unwrap,
  WithoutCookies,
} from '@rekey/http';
import { type RecoveryContext, stopRecovery } from '@rekey/recovery';
import type { z } from 'zod';
import { stopBody } from './wire.js';

@Controller('v1/stops')
// The token in the body is all that a person has to show: it comes from a message to them.
@Public()
@WithoutCookies()
export class StopsController {
  @Post()
  @HttpCode(204)
  @CrossOrigin()
  @LedByMessage()
  @Operation({
    summary: 'This was not me',
    description:
      'Puts the account back to the last state that nobody disputes: stops the recovery that the link belongs to, and those that go with it, revokes what they issued, set and bound, and gives back the password from before them. The next recovery of the account is held. An external issuer has to end its tokens itself. The token of a notice about an authenticator removes that, and ends the session that bound it.',
    body: stopBody,
    answers: { 204: { description: 'stopped' } },
    refusals: ['invalid_request', 'not_found'],
  })
  async stop(
    @Json(stopBody) { token }: z.output<typeof stopBody>,
    @Context() context: RecoveryContext,
  ): Promise<void> {
    unwrap(await stopRecovery(context, token));
  }
}
