import swagger from "@fastify/swagger";
import { roles } from "@mailfleet/contracts";
import Fastify from "fastify";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import { mayCall } from "./authenticate.ts";
import { addExamples, type Exemplified } from "./examples.ts";
import { IsoInstant, isoInstants } from "./instants.ts";
import { ProblemDetails, problemType } from "./problem-answer.ts";
import type { Route } from "./route.ts";
import { problemsOf } from "./route-problems.ts";
import { apiBase } from "./routes.ts";
import { schemaNames } from "./schema-names.ts";

const noQuery = z.strictObject({});

/** What the success of a route looks like in the OpenAPI document. */
function successOf(route: Route) {
  if (route.answer) return isoInstants(route.answer);
  if (route.answerType)
    return {
      description: "The content itself",
      content: { [route.answerType]: { schema: route.piece ?? z.string() } },
    };
  return { description: "Done", type: "null", properties: z.null() };
}

const refusal = {
  description: "Refused; `code` says why and `remedy` what to do (RFC 9457)",
  content: { [problemType]: { schema: isoInstants(ProblemDetails) } },
};

/** What a command that is only tried answers: what it would make is not made (200). */
function triedOf(route: Route) {
  const { shape } = (route.query ?? noQuery) as z.ZodObject;
  return "dryRun" in shape && route.answer && route.status !== 200 ? { 200: successOf(route) } : {};
}

/** The schemas of a route: the server validates with them, and the OpenAPI document shows them. */
export function schemaOf(route: Route) {
  return {
    summary: route.summary,
    tags: [route.path.split("/")[1] ?? ""],
    "x-roles": roles.filter((role) => mayCall(role, route)),
    "x-impact": route.impact,
    "x-problem-codes": problemsOf(route),
    querystring: isoInstants(route.query ?? noQuery),
    ...(route.params ? { params: isoInstants(route.params) } : {}),
    ...(route.body ? { body: isoInstants(route.body) } : {}),
    ...(route.takes ? { consumes: [...(route.takes.alsoJson ? ["application/json"] : []), route.takes.type] } : {}),
    response: { ...triedOf(route), [route.status]: successOf(route), default: refusal },
  };
}

/** Instants are strings on the wire; every other schema is converted as it stands. */
const conversion: Parameters<typeof createJsonSchemaTransform>[0] = {
  schemaRegistry: schemaNames,
  zodToJsonConfig: {
    override: ({ zodSchema, jsonSchema }) => {
      // With a registry for names the converter looks for descriptions in that one, too.
      const { description } = zodSchema as unknown as z.ZodType;
      if (description !== undefined) jsonSchema.description ??= description;
      if (zodSchema._zod.def !== IsoInstant._zod.def) return;
      for (const key of Object.keys(jsonSchema)) if (key !== "description") delete jsonSchema[key];
      Object.assign(jsonSchema, { type: "string", format: "date-time" });
    },
  },
};

/** Removes the named schemas that no route uses: the converter writes each name twice, for requests and for answers. */
function withoutUnused(document: object): object {
  const { schemas = {} } = (document as { components?: { schemas?: Record<string, unknown> } }).components ?? {};
  for (let before = -1; before !== Object.keys(schemas).length; ) {
    before = Object.keys(schemas).length;
    const text = JSON.stringify(document);
    for (const name of Object.keys(schemas)) if (!text.includes(`"#/components/schemas/${name}"`)) delete schemas[name];
  }
  return document;
}

/** The OpenAPI 3.1 document of these routes. `services/console/openapi.json` is this document, checked in. */
export async function openApiDocument(routes: readonly Route[]): Promise<object> {
  const app = Fastify();
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Mailfleet", version: "1", description: "Keeps a fleet of business mailboxes connected." },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: createJsonSchemaTransform(conversion),
    transformObject: createJsonSchemaTransformObject(conversion),
  });
  // This server only collects the routes; it never validates, serializes or answers.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.register(async (scope) => {
    for (const route of routes)
      scope.route({
        method: route.method,
        url: `${apiBase}${route.path}`,
        schema: schemaOf(route),
        exposeHeadRoute: false,
        handler: async () => null,
      });
  });
  await app.ready();
  const document = withoutUnused(app.swagger()) as Exemplified;
  for (const { method, path, body } of routes) {
    const operation = document.paths[`${apiBase}${path.replaceAll(/:(\w+)/g, "{$1}")}`]?.[method.toLowerCase()];
    if (operation?.requestBody && body?.safeParse(undefined).success)
      operation.requestBody = { ...operation.requestBody, required: false };
  }
  addExamples(document);
  await app.close();
  return document;
}
