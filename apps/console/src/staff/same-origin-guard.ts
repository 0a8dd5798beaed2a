import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { CONTEXT, deny, requestOf } from '@rekey/http';
import type { StaffContext } from '@rekey/staff';
import type { FastifyRequest } from 'fastify';

const reading = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses what acts and is not sent by a page of the console. Both headers have to be right, where they are sent: a site whose name an
 * attacker points at this machine (DNS rebinding) is of the same origin for its browser, but has another name in `Origin`. Refusals: `forbidden`.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  constructor(@Inject(CONTEXT) private readonly context: StaffContext) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    if (reading.includes(request.method) || isFromConsole(request, this.context.place.origin)) return true;
    return deny('forbidden');
  }
}

/** Browsers send `Origin` with whatever acts; the older ones among them know no `Sec-Fetch-Site`. */
function isFromConsole({ headers }: FastifyRequest, wanted: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  return origin === wanted && (site === undefined || site === 'same-origin');
}
