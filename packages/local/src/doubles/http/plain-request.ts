import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** What a server answered. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string[]>;
  readonly body: string;
}

/** One request that follows nothing and trusts the certificate `ca` (PEM); for the doubles' own players of roles. */
export async function plainRequest(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; ca?: string } = {},
): Promise<PlainAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<PlainAnswer>();
  const start = url.startsWith("https:") ? requestHttps : requestHttp;
  const request = start(
    url,
    { method: options.method ?? "GET", headers: options.headers ?? {}, ca: options.ca, agent: false, timeout: 10_000 },
    (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headersDistinct,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    },
  );
  request.on("timeout", () => request.destroy(new Error(`no answer from ${new URL(url).pathname} within 10 s`)));
  request.on("error", reject);
  request.end(options.body);
  return promise;
}
