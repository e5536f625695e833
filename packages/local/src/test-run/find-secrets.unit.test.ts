import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { findSecrets } from "./find-secrets.ts";

const secret = "p&ss word-of-somebody";

describe("the search for secrets in all output", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "secrets-"));
  });
  after(() => rm(folder, { recursive: true }));
  const search = async (...lines: string[]) => {
    const [secrets, output] = [join(folder, "secrets"), join(folder, "output")];
    await writeFile(secrets, `${secret}\nanother-secret-of-theirs\n`);
    await writeFile(output, lines.map((line) => `service\t${line}\n`).join(""));
    return findSecrets(secrets, output);
  };

  it("finds one as it is, in base64 and in a URL, and shows it nowhere", async () => {
    for (const text of [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)]) {
      const { found, lines, secrets } = await search("all is well", `before ${text} behind`);
      assert.deepEqual(found, [{ source: "service", line: "before «a secret» behind" }]);
      assert.deepEqual([lines, secrets], [2, 2]);
    }
  });

  it("finds nothing where nothing was written", async () => {
    const nowhere = join(folder, "nowhere");
    assert.deepEqual(await findSecrets(nowhere, nowhere), { secrets: 0, lines: 0, found: [] });
  });

  it("finds nothing where there is none", async () => {
    assert.deepEqual((await search("another-secret", "p&ss", '{"password":"[secret]"}')).found, []);
  });
});
