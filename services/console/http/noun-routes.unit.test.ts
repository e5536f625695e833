import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AnyNoun, credentials, field, noun, operation } from "@mailfleet/contracts";
import { z } from "zod";
import { nounRoutes } from "./noun-routes.ts";
import { openApiDocument } from "./openapi.ts";
import type { Call } from "./route.ts";

/** A noun that exists only here. */
const parcel = noun("parcel", {
  owner: "config",
  id: z.string().regex(/^pc_[a-z0-9]+$/),
  text: "parcels",
  path: "/parcels",
  fields: {
    label: field(z.string().min(1), "what stands on it", { label: true }),
    weight: field(z.number().int().max(30).default(1), "in kilograms"),
    size: field(z.enum(["small", "large"]).default("small"), "of the box", { set: "create" }),
  },
  secrets: { doorCode: credentials("inbound-password", "the code of the door") },
  shown: { open: z.boolean() },
  filter: { size: z.enum(["small", "large"]).optional() },
  sorts: ["label", "createdAt"],
  dryRuns: true,
  owners: { list: ["id", "label"], update: ["weight"] },
  standard: ["create", "get", "list", "update", "delete"],
  operations: {
    find: operation({ text: "Find it", kind: "read", collection: true, role: null, input: { label: z.string() } }),
    weigh: operation({
      text: "Weigh it again",
      input: { scale: z.string() },
      status: 202,
      problems: ["IN_USE"],
      owner: true,
    }),
    sort: operation({ text: "Sort it", kind: "internal", input: { by: z.string() } }),
    drop: operation({
      text: "Drop those of a mailbox",
      collection: true,
      at: "/mailboxes/:mailbox/parcels",
      method: "DELETE",
      input: { mailboxId: z.string(), reason: z.string() },
      tried: false,
      answer: z.object({}),
      status: 204,
    }),
    track: operation({ text: "Where it was", kind: "read", answer: z.object({ items: z.array(z.string()) }) }),
    count: operation({ text: "Count them", kind: "read", collection: true, answer: z.object({ n: z.number() }) }),
  },
});
const routes = nounRoutes(parcel as unknown as AnyNoun);
const routeOf = (name: string) => {
  const found = routes.find(({ method, path }) => `${method} ${path}` === name);
  assert.ok(found, name);
  return found;
};

/** Makes a call of a route and says what the owner of the noun was asked. */
async function asked(name: string, given: object): Promise<unknown[]> {
  const questions: unknown[] = [];
  const call = {
    params: {},
    query: {},
    caller: { tokenId: "tk_one", role: "administrator" },
    commandId: "k",
    command: { commandId: "k", by: "ann", caller: "tk_one", correlation: "c" },
    secretsAllowed: true,
    sealer: { seal: async (_: unknown, aad: string) => `sealed for ${aad}` },
    ask: async (request: string, input: unknown) => {
      questions.push(request, input);
      return { id: "pc_found", items: [], next: null };
    },
    ...given,
  };
  await routeOf(name).handle?.(call as unknown as Call<never, never, never>);
  return questions;
}

describe("the routes of a noun", () => {
  it("follow from its declaration: one for each operation and secret, with role, status and sentence", () => {
    assert.deepEqual(
      routes.map(({ method, path, role, status, summary }) => `${method} ${path} ${role} ${status} ${summary}`),
      [
        "GET /parcels reader 200 List parcels",
        "POST /parcels administrator 201 Create a parcel",
        "GET /parcels/:parcel reader 200 Read a parcel",
        "PATCH /parcels/:parcel administrator 200 Change a parcel; what you do not name stays",
        "DELETE /parcels/:parcel administrator 204 Delete a parcel",
        "POST /parcels/:parcel/weigh administrator 202 Weigh it again",
        "DELETE /mailboxes/:mailbox/parcels administrator 204 Drop those of a mailbox",
        "GET /parcels/:parcel/track reader 200 Where it was",
        "GET /parcels/count reader 200 Count them",
        "PUT /parcels/:parcel/door-code administrator 200 Set the code of the door",
        "DELETE /parcels/:parcel/door-code administrator 200 Remove the code of the door",
      ],
    );
  });

  it("give the owner of a mailbox what the declaration gives him, and nothing else", () => {
    const open = routes.filter(({ owner }) => owner).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(open, ["GET /parcels", "PATCH /parcels/:parcel", "POST /parcels/:parcel/weigh"]);
    assert.deepEqual(routeOf("PATCH /parcels/:parcel").owner?.fields, ["weight"]);
    const page = { items: [{ id: "pc_1", label: "x", weight: 3 }], next: null };
    assert.deepEqual(routeOf("GET /parcels").owner?.answer?.parse(page), {
      items: [{ id: "pc_1", label: "x" }],
      next: null,
    });
  });

  it("check what is sent, and name the field", () => {
    const refused = (name: string, body: unknown) =>
      routeOf(name)
        .body?.safeParse(body)
        .error?.issues.flatMap(({ path, code }) => [path.join("."), code]);
    assert.deepEqual(refused("POST /parcels", { label: "x", weight: 31 }), ["weight", "too_big"]);
    assert.deepEqual(refused("PATCH /parcels/:parcel", { size: "large" }), ["", "unrecognized_keys"]);
    assert.deepEqual(refused("POST /parcels/:parcel/weigh", {}), ["scale", "invalid_type"]);
    assert.equal(refused("PATCH /parcels/:parcel", { doorCode: null }), undefined);
  });

  it("ask the owner as the declaration says: new, change, input and sealed secrets beside the command", async () => {
    const command = { commandId: "k", by: "ann", caller: "tk_one", correlation: "c" };
    const named = { params: { parcel: "pc_1" } };
    assert.deepEqual(await asked("PATCH /parcels/:parcel", { ...named, ifVersion: 4, body: { weight: 2 } }), [
      "config.parcel.update",
      { ...command, ifVersion: 4, id: "pc_1", change: { weight: 2 } },
    ]);
    assert.deepEqual(await asked("POST /parcels/:parcel/weigh", { ...named, body: { scale: "s" } }), [
      "config.parcel.weigh",
      { ...command, scale: "s", id: "pc_1" },
    ]);
    const body = { username: "u", password: "p" };
    const headers = { authorization: "Bearer mft_one" };
    const [request, input] = await asked("PUT /parcels/:parcel/door-code", { ...named, body, headers });
    const { secretsHash, ...rest } = input as { secretsHash: string };
    assert.match(secretsHash, /^[\w-]{43}$/);
    assert.deepEqual(
      [request, rest],
      [
        "config.parcel.update",
        {
          ...command,
          id: "pc_1",
          doorCode: { username: "u", password: "sealed for pc_1|inbound-password|" },
        },
      ],
    );
  });

  it("pass on that a command is only to be tried", async () => {
    const [, input] = await asked("DELETE /parcels/:parcel", { params: { parcel: "pc_1" }, query: { dryRun: true } });
    assert.equal((input as { dryRun?: boolean }).dryRun, true);
    assert.ok(routeOf("DELETE /parcels/:parcel").query?.safeParse({ dryRun: true }).success);
    assert.equal(routeOf("GET /parcels/:parcel").query, undefined);
  });

  it("stand where the declaration says; a mailbox that the path names is not asked for again", async () => {
    const given = { params: { mailbox: "mb_sales01" }, body: { reason: "moved" } };
    const [name, input] = await asked("DELETE /mailboxes/:mailbox/parcels", given);
    assert.equal(name, "config.parcel.drop");
    assert.deepEqual(
      [(input as { mailboxId: string }).mailboxId, (input as { reason: string }).reason],
      ["mb_sales01", "moved"],
    );
    const { body, query, params } = routeOf("DELETE /mailboxes/:mailbox/parcels");
    assert.ok(body?.safeParse({ reason: "moved" }).success);
    assert.equal(body?.safeParse({ reason: "moved", mailboxId: "mb_sales01" }).success, false);
    assert.equal(query, undefined, "it cannot be tried without effect");
    assert.equal(params?.safeParse({ mailbox: "nonsense" }).success, false);
  });

  it("list in the order and with the fields that are asked for; the owner of the noun is asked for the order only", async () => {
    const { query } = routeOf("GET /parcels");
    const given = query?.parse({ sort: "-createdAt", fields: "id,weight" });
    const limit = { limit: 100, sort: "-createdAt" };
    assert.deepEqual(given, { ...limit, fields: ["id", "weight"] });
    assert.deepEqual(await asked("GET /parcels", { query: given }), ["config.parcel.list", limit]);
    const wrong = query?.safeParse({ sort: "weight", fields: "id,doors" }).error?.issues ?? [];
    assert.match(wrong[0]?.message ?? "", /^must be label, -label, createdAt, -createdAt$/);
    assert.match(wrong[1]?.message ?? "", /^doors is not one of id, v, label, weight, size, /);
  });

  it("find an object by its label where the declaration has a way to", async () => {
    assert.deepEqual(await asked("GET /parcels/:parcel/track", { params: { parcel: "Blue box" } }), [
      "config.parcel.find",
      { label: "Blue box" },
      "config.parcel.track",
      { id: "pc_found" },
    ]);
  });

  it("stand in the OpenAPI document with every field of the declaration", async () => {
    const { paths } = JSON.parse(JSON.stringify(await openApiDocument(routes)));
    const create = paths["/api/v1/parcels"].post.requestBody.content["application/json"].schema;
    assert.deepEqual(Object.keys(create.properties), ["label", "weight", "size", "doorCode"]);
    assert.deepEqual(create.properties.weight.description, "in kilograms");
    const query = paths["/api/v1/parcels"].get.parameters.map(({ name }: { name: string }) => name);
    assert.deepEqual(query, ["limit", "cursor", "sort", "size", "fields"]);
    assert.ok(paths["/api/v1/parcels/{parcel}/weigh"].post.responses["202"]);
  });
});
