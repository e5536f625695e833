import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { NoContainerEngine, startContainerEngine, tempDir } from "@mailfleet/local/testing";
import { docker } from "./docker-api.ts";

const folder = await tempDir("no-engine");
const servers: Server[] = [];
after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await folder.remove();
});

/** Something that listens where a container engine should. */
async function listening(name: string, answer: (path: string) => [status: number, text: string] | undefined) {
  const server = createServer((request, response) => {
    const [status, text] = answer(request.url ?? "") ?? [];
    request.resume().once("end", () => status && response.writeHead(status).end(text));
  }).listen(join(folder.path, name));
  await once(server, "listening");
  servers.push(server);
  return `unix://${join(folder.path, name)}`;
}

describe("without a container engine there is a sentence that says why", () => {
  const says = (DOCKER_HOST: string, words: RegExp) =>
    assert.rejects(startContainerEngine({ DOCKER_HOST }), (error: Error) => {
      assert.ok(error instanceof NoContainerEngine, error.stack);
      assert.match(error.message, words);
      return true;
    });

  test("nobody listens at the socket", () =>
    says(
      "unix:///nowhere/docker.sock",
      /engine at unix:\/\/\/nowhere\/docker\.sock: connect ENOENT.* unset DOCKER_HOST/,
    ));

  test("DOCKER_HOST is none that is known here", () =>
    says("ssh://somebody@example.org", /ssh:\/\/somebody@example\.org is neither unix:\/\/ nor tcp:\/\//));

  test("it does not answer", async () => says(await listening("silent.sock", () => undefined), /no answer within 5 s/));

  test("it answers, and cannot build", async () => {
    const host = await listening("full.sock", (path) => {
      if (path.startsWith("/build")) return [500, '{"message":"no space left on device"}'];
      return path.startsWith("/images/") ? [404, '{"message":"no such image"}'] : [200, "[]"];
    });
    await says(host, /engine at unix:.*full\.sock: no space left on device/);
  });

  test("its build fails half-way", async () => {
    const host = await listening("broken.sock", (path) => {
      if (path.startsWith("/build"))
        return [200, '{"stream":"STEP 1"}\n{"error":"lsetxattr \\"x\\": not supported"}\n'];
      return path.startsWith("/images/") ? [404, '{"message":"no such image"}'] : [200, "[]"];
    });
    await says(host, /could not be built: lsetxattr "x": not supported/);
  });

  test("the socket belongs to others", {
    skip: process.getuid?.() !== 0 && "only root can be somebody else",
  }, async () => {
    const host = await listening("ours.sock", () => [200, "OK"]);
    await chmod(folder.path, 0o700);
    process.seteuid?.(65534);
    try {
      await assert.rejects(docker(host, "GET", "/_ping"), /engine at unix:.*ours\.sock: connect EACCES/);
    } finally {
      process.seteuid?.(0);
    }
  });
});
