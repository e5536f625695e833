import { span } from "@mailfleet/contracts";
import type { FastifyInstance } from "fastify";

/** Each request that reaches a handler is a span from here on, in the caller's trace if it names one (W3C `traceparent`). */
export function traceRoutes(app: FastifyInstance): void {
  app.addHook("onRoute", (options) => {
    const { handler } = options;
    options.handler = function (request, reply) {
      const { method, id: correlation, headers } = request;
      const route = request.routeOptions.url ?? options.url;
      const from = typeof headers.traceparent === "string" ? headers.traceparent : null;
      return span(`${method} ${route}`, { kind: "answers", from, method, route, correlation }, async (say) => {
        const answer = await handler.call(this, request, reply);
        say({ status: reply.statusCode });
        return answer;
      });
    };
  });
}
