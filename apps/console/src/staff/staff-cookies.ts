import {
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type PipeTransform,
} from '@nestjs/common';
import { CONTEXT, SealedCookies } from '@rekey/http';
import { type Challenge, type StaffContext, staffLifetimes } from '@rekey/staff';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** What a challenge is for; one of each may be open in a browser. */
export type Ceremony = 'staff-registration' | 'staff-sign-in' | 'staff-confirmation';

const challenge = z.strictObject({ challenge: z.string(), about: z.string(), expiresAt: z.number() });
const sessionName = 'staff';
const seconds = (ms: number) => ms / 1_000;

/** The cookies of a member of staff: the secret of the session, and challenges that wait for a passkey. No other site sends them here. */
export class StaffCookies {
  private readonly cookies: SealedCookies<Ceremony>;

  constructor({ keyring, place }: StaffContext, request: FastifyRequest, reply: FastifyReply) {
    this.cookies = new SealedCookies(keyring, place.url.startsWith('https:'), request, reply);
  }

  /** The secret that a request shows, before there is a response. */
  static sessionIn(context: StaffContext, request: FastifyRequest): string | undefined {
    return new StaffCookies(context, request, undefined as never).cookies.plain(sessionName);
  }

  setSession(secret: string): void {
    this.cookies.setPlain(sessionName, secret, 'strict', seconds(staffLifetimes.session));
  }

  clearSession(): void {
    this.cookies.setPlain(sessionName, '', 'strict', 0);
  }

  keep(ceremony: Ceremony, of: Challenge): void {
    this.cookies.set(ceremony, JSON.stringify(of), 'strict', seconds(staffLifetimes.challenge));
  }

  /** Reads a challenge once: the browser has it no more, whatever comes of it. */
  take(ceremony: Ceremony): Challenge | undefined {
    const text = this.cookies.open(ceremony);
    if (text === undefined) return undefined;
    this.cookies.setPlain(ceremony, '', 'strict', 0);
    return challenge.parse(JSON.parse(text));
  }
}

@Injectable()
class CookiesPipe implements PipeTransform<[FastifyRequest, FastifyReply], StaffCookies> {
  constructor(@Inject(CONTEXT) private readonly context: StaffContext) {}

  transform([request, reply]: [FastifyRequest, FastifyReply]): StaffCookies {
    return new StaffCookies(this.context, request, reply);
  }
}

const Exchange = createParamDecorator((_data: unknown, context: ExecutionContext) => [
  context.switchToHttp().getRequest<FastifyRequest>(),
  context.switchToHttp().getResponse<FastifyReply>(),
]);

/** The cookies of this request and its response. */
export const Cookies = (): ParameterDecorator => Exchange(CookiesPipe);
