import { Body, Injectable, Param, type PipeTransform, Query } from '@nestjs/common';
import type { z } from 'zod';
import { deny, parse } from './refused-exception.js';

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

@Injectable()
class QueryPipe<Schema extends z.ZodObject> extends ZodPipe<Schema> {
  private readonly known: string[];

  constructor(schema: Schema) {
    super(schema);
    this.known = Object.keys(schema.shape);
  }

  /** @throws {RefusedException} `invalid_request` with a pointer to each parameter that is unknown, given twice or not valid */
  override transform(input: unknown): z.output<Schema> {
    const unknown = Object.keys(Object(input)).filter((name) => !this.known.includes(name));
    const detail = `unknown parameter; there are ${this.known.join(', ')}`;
    if (unknown.length > 0)
      deny('invalid_request', {
        errors: unknown
          .slice(0, 20)
          .map((name) => ({ pointer: `/${name.slice(0, 64).replace(/[~/]/g, escaped)}`, detail })),
      });
    return super.transform(input);
  }
}

const escaped = (character: string): string => (character === '~' ? '~0' : '~1');

/** The query of a request, by its schema. An unknown parameter is refused: a filter with a typing error would select everything. */
export const InQuery = (schema: z.ZodObject): ParameterDecorator => Query(new QueryPipe(schema));
