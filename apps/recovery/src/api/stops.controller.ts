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
import { stopBody } from './recovery.schema.js';

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
    summary: 'Stop a recovery: "This wasn\'t me"',
    description:
      'Puts the account back to its last undisputed state: stops the recovery of the link and those that depend on it, revokes what they issued, set and bound, and restores the previous password. The next recovery of the account is held. An external issuer has to end its own tokens. The token of a notice about an authenticator removes that authenticator and ends the session that set it up. The token of a notice about an override of staff ends that override, and stops the recovery in which it was used.',
    body: stopBody,
    responses: { 204: { description: 'stopped' } },
    refusals: ['invalid_request', 'not_found'],
  })
  async stop(
    @Json(stopBody) { token }: z.output<typeof stopBody>,
    @Context() context: RecoveryContext,
  ): Promise<void> {
    unwrap(await stopRecovery(context, token));
  }
}
