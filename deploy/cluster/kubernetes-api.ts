import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";

/** An object of any kind. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of a dozen kinds, checked by the server
  readonly [field: string]: any;
}

/** The server's own words, with its status of HTTP. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What a kind is called in paths. */
interface Resource {
  readonly path: string;
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** The API server, asked as its administrator. */
export interface KubernetesApi {
  /** The answer's JSON; throws {@link Refused} from 300 on. */
  call<Answer = KubernetesObject>(method: string, path: string, body?: object, contentType?: string): Promise<Answer>;
  /** Names of namespaced kinds of which objects can be listed, with the path of each in this namespace. */
  kinds(namespace: string): Promise<readonly { readonly name: string; readonly path: string }[]>;
  /** Path of the collection that holds such objects. Throws if the server does not know the kind. */
  pathOf(object: KubernetesObject): Promise<string>;
  /** Closes kept connections. */
  close(): void;
}

/** A client for `url`; `authority` is the PEM of who signed the server's certificate. */
export function kubernetesApi(options: { url: string; token: string; authority: string }): KubernetesApi {
  const agent = new Agent({ keepAlive: true, ca: options.authority });
  const call: KubernetesApi["call"] = async <Answer>(
    method: string,
    path: string,
    body?: object,
    contentType = "application/json",
  ) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; said: string }>();
    const json = body && Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${options.token}`,
      // Node tells no length for the body of a DELETE.
      ...(json && { "content-type": contentType, "content-length": json.length }),
    };
    const sent = request(new URL(path, options.url), { method, agent, headers, timeout: 30_000 }, (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, said }), reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`the API server did not answer ${method} ${path} within 30 s`)));
    sent.on("error", reject);
    sent.end(json);
    const { status, said } = await promise;
    if (status < 300) return JSON.parse(said) as Answer;
    throw new Refused(status, /^\{/.test(said) ? JSON.parse(said).message : said);
  };

  async function resources(): Promise<Resource[]> {
    const { groups } = await call<{ groups: { preferredVersion: { groupVersion: string } }[] }>("GET", "/apis");
    const paths = ["/api/v1", ...groups.map((one) => `/apis/${one.preferredVersion.groupVersion}`)];
    const lists = await Promise.all(
      paths.map(async (path) => {
        const list = await call<{ resources: Resource[] }>("GET", path);
        return list.resources.map((one) => ({ ...one, path }));
      }),
    );
    return lists.flat().filter(({ name }) => !name.includes("/"));
  }
  const pathIn = ({ path, name, namespaced }: Resource, namespace = "default") =>
    namespaced ? `${path}/namespaces/${namespace}/${name}` : `${path}/${name}`;

  return {
    call,
    kinds: async (namespace) =>
      (await resources())
        .filter(({ namespaced, verbs }) => namespaced && verbs.includes("list"))
        .map((one) => ({ name: one.name, path: pathIn(one, namespace) })),
    pathOf: async ({ apiVersion, kind, metadata }) => {
      const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const found = (await resources()).find((one) => one.path === path && one.kind === kind);
      if (!found) throw new Error(`the API server does not know ${kind} of ${apiVersion}`);
      return pathIn(found, metadata.namespace);
    },
    close: () => agent.destroy(),
  };
}
