import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Operation, Public } from '@rekey/http';
import { keySetCacheControl, type SigningKeys } from '@rekey/tokens';
import { z } from 'zod';

export const SIGNING = Symbol('SigningKeys');

@Controller()
// Keys to verify with are there for everyone.
@Public()
export class KeysController {
  constructor(@Inject(SIGNING) private readonly signing: { keys: SigningKeys }) {}

  @Get('.well-known/jwks.json')
  @Header('cache-control', keySetCacheControl)
  @Operation({
    summary: 'Public keys to verify the assertions of recoveries (RFC 7517)',
    description: 'For an external issuer: the previous, the current and the next key.',
    responses: {
      200: { description: 'keys', schema: z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }) },
    },
  })
  jwks() {
    return this.signing.keys.publicJwks('recovery_assertion');
  }
}
