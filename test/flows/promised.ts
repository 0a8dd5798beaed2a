import { readFileSync } from 'node:fs';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
}
interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}
type Paths = Record<string, Record<string, Operation>>;

const documents = Object.fromEntries(
  ['recovery', 'issuer', 'console'].map((name) => {
    const { paths } = JSON.parse(readFileSync(`apps/${name}/openapi.generated.json`, 'utf8')) as {
      paths: Paths;
    };
    return [name, paths];
  }),
);

/**
 * Does the OpenAPI file promise this response: its status, its content type, and for an object every required member and no
 * undocumented one?
 *
 * @returns the differences; undefined when there are none, or when no file describes the path
 */
export function brokenPromise(
  app: string,
  request: { method: string; path: string },
  answer: { status: number; type: string; body: unknown },
): string | undefined {
  const operation = find(documents[app] ?? {}, request);
  if (!operation) return undefined;
  const said = `${request.method} ${request.path} answered ${answer.status}`;
  const response = operation.responses[String(answer.status)];
  if (!response) return `${said}, which its OpenAPI file does not know`;
  if (!response.content) return undefined;
  const schema = response.content[answer.type]?.schema;
  if (!schema) return `${said} as ${answer.type}, which its OpenAPI file does not know`;
  if (schema.type !== 'object' || answer.type !== 'application/json') return undefined;
  const members = Object.keys(Object(answer.body));
  const lacking = (schema.required ?? []).filter((name) => !members.includes(name));
  const unknown =
    schema.additionalProperties === false
      ? members.filter((name) => !(name in (schema.properties ?? {})))
      : [];
  if (lacking.length + unknown.length === 0) return undefined;
  return `${said} without [${lacking}] and with [${unknown}], against its OpenAPI file`;
}

function find(paths: Paths, { method, path }: { method: string; path: string }): Operation | undefined {
  for (const [template, operations] of Object.entries(paths)) {
    const pattern = new RegExp(`^${template.replace(/[.\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`);
    const operation = operations[method.toLowerCase()];
    if (operation && pattern.test(path)) return operation;
  }
  return undefined;
}
