import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig } from 'fastify';

/** What hooks know of a route, beside its path. They read it from `request.way.facts`. */
export interface RouteFacts {
  /** Media types of request bodies; JSON when left out. */
  takes?: string | string[];
  /** Content codings of request bodies that the route decodes itself. */
  decodes?: string[];
  /** Media type of responses; JSON when left out. */
  gives?: string;
  /** A body may be of any length, and take as long as it needs. */
  streams?: boolean;
  /** Pages of the named origins may call this path, or also all paths beneath it. */
  crossOrigin?: 'path' | 'beneath';
  /** Only a message leads here: its metrics are shown to nobody in public. */
  ledByMessage?: boolean;
  /** No cookie decides what it does, so that no form of another site can do anything here. */
  withoutCookies?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig extends RouteFacts {}
}

/** For {@link Takes} and {@link Gives}: the route itself looks at the types. */
export const anyMedia = '*/*';

/** Whether a route is of the API documentation, whose routes Swagger makes. */
export const isDocs = (route = ''): boolean => /^\/(docs|openapi\.(json|yaml))(\/|$)/.test(route);

const factsOf = new WeakMap<object, FastifyContextConfig>();

/**
 * Adds to the one route config that a handler can have. What a handler says overrides what its controller says. An app declares
 * facts of its own as members of Fastify's `FastifyContextConfig`.
 */
export function RouteFact(
  ofHandler: FastifyContextConfig,
  ofController = ofHandler,
): ClassDecorator & MethodDecorator {
  const add = (target: object, name: string, descriptor: PropertyDescriptor, facts: FastifyContextConfig) => {
    factsOf.set(descriptor.value, facts);
    RouteConfig(facts)(target, name, descriptor);
  };
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (descriptor) {
      add(target, String(name), descriptor, { ...factsOf.get(descriptor.value), ...ofHandler });
      return;
    }
    const { prototype } = target as { prototype: object };
    for (const [key, method] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (key === 'constructor' || typeof method.value !== 'function') continue;
      add(prototype, key, method, { ...ofController, ...factsOf.get(method.value) });
    }
  };
}

/** The media types of request bodies. */
export const Takes = (...types: string[]) => RouteFact({ takes: types });

/** The content codings that the route decodes itself. */
export const Decodes = (...codings: string[]) => RouteFact({ decodes: codings });

/** The media type of responses. */
export const Gives = (type: string) => RouteFact({ gives: type });

/** Bodies may be of any length, and take as long as they need. */
export const Streams = () => RouteFact({ streams: true });

/**
 * Pages of the origins in the settings may call it. On a handler: its path. On a controller: the paths of its handlers and all
 * beneath them, so that a page can also read that there is nothing.
 */
export const CrossOrigin = () => RouteFact({ crossOrigin: 'path' }, { crossOrigin: 'beneath' });

/** Only a message leads here. A public metric of this route would reveal that a message reached an account. */
export const LedByMessage = () => RouteFact({ ledByMessage: true });

/** What it does is decided by what the request itself shows, such as a token or a signature, and never by a cookie. */
export const WithoutCookies = () => RouteFact({ withoutCookies: true });
