import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { useHooks } from "../tools/use-hooks.mjs";

const checkout = fileURLToPath(new URL("../../../", import.meta.url));
const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", CI: "" };

describe("the hooks of the repository", () => {
  let folder = "";
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", folder, ...args], { env, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  const hooksPath = () => git("config", "--default", "(none)", "--get", "core.hooksPath").trim();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mailfleet-hooks-"));
    cpSync(join(checkout, ".githooks"), join(folder, ".githooks"), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are left out where there is no git checkout, and in CI", () => {
    assert.equal(useHooks(folder, env), null);
    git("init", "--quiet");
    assert.equal(useHooks(folder, { ...env, CI: "true" }), null);
    assert.equal(hooksPath(), "(none)");
  });

  it("are used once, and a setting of one's own stays", () => {
    assert.match(useHooks(folder, env) ?? "", /npm run verify/);
    assert.equal(hooksPath(), ".githooks");
    assert.equal(useHooks(folder, env), null);
    git("config", "core.hooksPath", "mine");
    assert.equal(useHooks(folder, env), null);
    assert.equal(hooksPath(), "mine");
    git("config", "core.hooksPath", ".githooks");
  });

  it("stop a push whose verify fails, and let one pass whose verify does not", () => {
    const other = `${folder}-other`;
    mkdirSync(other);
    try {
      git("init", "--quiet", "--bare", other);
      const commit = (code: number) => {
        const verify = `exit ${code}`;
        writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { verify } }));
        git("add", "-A");
        git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "-m", String(code));
      };
      commit(1);
      assert.throws(() => git("push", "--quiet", other, "HEAD:main"));
      commit(0);
      git("push", "--quiet", other, "HEAD:main");
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});
