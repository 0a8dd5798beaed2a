import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
} from '@nestjs/swagger';
import type { RefusalCode } from '@rekey/kernel';
import { z } from 'zod';
import { refusalStatuses } from './problem.js';

export interface OperationDescription {
  summary: string;
  description?: string;
  body?: z.ZodType;
  /** Parameters of the query; each is optional unless its schema says otherwise. */
  query?: z.ZodObject;
  /** `application/json` when left out. */
  bodyType?: string;
  /** Another media type of the body, which is text there. */
  textBodyType?: string;
  /** By status. Without a schema the answer has no body. `textType`: another media type of it, which is text. */
  responses: Record<number, { description: string; schema?: z.ZodType; type?: string; textType?: string }>;
  refusals?: RefusalCode[];
  /** Wants `Authorization: Bearer`. */
  bearer?: boolean;
  /** Takes `Authorization: Basic` of a confidential client; a public one names itself. */
  client?: boolean;
  headers?: { name: string; description: string; required?: boolean }[];
}

/** How the OpenAPI file calls it. */
export const clientScheme = 'client';

type JsonSchema = Record<string, unknown>;

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

/** Members of a problem document beside those that each has. */
const members: Partial<Record<string, JsonSchema>> = {
  recovery_closed: {
    state: { type: 'string', description: 'How it ended: completed, cancelled, stopped or expired' },
    completed_at: { type: 'string', format: 'date-time' },
    remedies: { type: 'array', items: { type: 'string', enum: ['sign_in', 'recover'] } },
    detail: { type: 'string' },
  },
};

const problemSchema = (codes: string[]): JsonSchema => ({
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: codes },
    ...Object.assign({}, ...codes.map((code) => members[code] ?? {})),
  },
});

/** What a route takes and answers, said once in zod, for the OpenAPI file. */
export function Operation(about: OperationDescription): MethodDecorator {
  const decorators: MethodDecorator[] = [
    ApiOperation({
      summary: about.summary,
      ...(about.description === undefined ? {} : { description: about.description }),
      ...(about.client ? { security: [{}, { [clientScheme]: [] }] } : {}),
      ...bodies(about),
    }),
  ];
  if (about.bearer) decorators.push(ApiBearerAuth());
  for (const header of about.headers ?? []) {
    decorators.push(ApiHeader({ ...header, required: header.required ?? false, schema: { type: 'string' } }));
  }
  for (const [name, schema] of Object.entries(about.query?.shape ?? {})) {
    const { description, ...rest } = jsonSchema(schema as z.ZodType, 'input');
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    decorators.push(
      ApiQuery({
        name,
        required,
        schema: rest,
        ...(description === undefined ? {} : { description: String(description) }),
      }),
    );
  }
  if (about.body && !about.textBodyType) {
    const schema = jsonSchema(about.body, 'input');
    decorators.push(
      applyDecorators(
        ApiBody({ schema }),
        ...(about.bodyType ? [ApiConsumes(about.bodyType)] : []),
      ) as MethodDecorator,
    );
  }
  for (const [status, { description, schema, type, textType }] of Object.entries(about.responses)) {
    const body = schema
      ? {
          content: {
            [type ?? 'application/json']: { schema: jsonSchema(schema, 'output') },
            ...(textType ? { [textType]: { schema: { type: 'string' } } } : {}),
          },
        }
      : {};
    decorators.push(ApiResponse({ status: Number(status), description, ...body }));
  }
  for (const [status, codes] of byStatus(about.refusals ?? [])) {
    const content = { 'application/problem+json': { schema: problemSchema(codes) } };
    decorators.push(ApiResponse({ status, description: codes.join(', '), content }));
  }
  return applyDecorators(...decorators) as MethodDecorator;
}

/** A body of several media types. Nest's own decorators give all of them one schema. */
function bodies({ body, bodyType = 'application/json', textBodyType }: OperationDescription) {
  if (!body || !textBodyType) return {};
  const content = {
    [bodyType]: { schema: jsonSchema(body, 'input') },
    [textBodyType]: { schema: { type: 'string' } },
  };
  return { requestBody: { required: true, content } };
}

function byStatus(codes: RefusalCode[]): Map<number, string[]> {
  const statuses = new Map<number, string[]>();
  for (const code of codes) {
    const { status } = refusalStatuses[code];
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return statuses;
}
