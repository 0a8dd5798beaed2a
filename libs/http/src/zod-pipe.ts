import { Body, Injectable, Param, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { parse } from './refused-exception.js';

/** Passes a value that fits the schema. Guards run before pipes: a caller without access does not learn what is wrong with the body. */
@Injectable()
export class ZodPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  /** @param at name of the member that is looked at, when it is not the whole body */
  constructor(
    private readonly schema: Schema,
    private readonly at: string[] = [],
  ) {}

  /** @throws {RefusedException} `invalid_request`, as {@link parse} */
  transform(input: unknown): z.output<Schema> {
    return parse(this.schema, input, this.at);
  }
}

/** The body of a request, by its schema. */
export const Json = (schema: z.ZodType): ParameterDecorator => Body(new ZodPipe(schema));

/**
 * A parameter of the path, by its schema. Nest applies pipes from the last parameter to the first: after `@Json` in the list,
 * the path is refused before the body.
 */
export const PathParam = (name: string, schema: z.ZodType): ParameterDecorator =>
  Param(name, new ZodPipe(schema, [name]));
