import type { FastifyRequest } from 'fastify';

/** Another recovery of the same browser, in whatever tab it was started. */
export interface OtherRecovery {
  url: string;
  /** Before or after the one that the page shows; `alone` where the page shows none. */
  started: 'before' | 'after' | 'alone';
}

const besideNow = new WeakMap<FastifyRequest, OtherRecovery>();

/** The recovery that goes on beside the one that a page shows, as it was found for this request. */
export const besideOf = (request: FastifyRequest): OtherRecovery | undefined => besideNow.get(request);

export const setBeside = (request: FastifyRequest, other: OtherRecovery): void => {
  besideNow.set(request, other);
};
