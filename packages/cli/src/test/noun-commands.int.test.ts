import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type AnyNoun, credentials, field, noun, operation } from "@mailfleet/contracts";
import { Command } from "commander";
import { createCli } from "../cli.ts";
import { addCompletionCommand } from "../completion.ts";
import { outcomeOf } from "../exit-codes.ts";
import { addNounCommands } from "../noun/commands.ts";
import { type ApiDouble, startApiDouble } from "./api-double.ts";

const { mailbox } = await import("@mailfleet/contracts");

/** A noun that exists only here: its rules are borrowed, so that this package needs no schema library. */
const shelf = noun("shelf", {
  owner: "config",
  id: mailbox.id,
  text: "shelves",
  path: "/shelves",
  fields: {
    title: field(mailbox.fields.address.kept, "what stands on it", { column: "TITLE", label: true }),
    keepsFrom: field(mailbox.fields.processFrom.kept, "nothing older", { flag: "keeps-from <date>" }),
    locked: field(mailbox.fields.allowToUseCredentials.kept, "whether it is locked", { column: "LOCKED" }),
    kind: field(mailbox.fields.kind.kept, "whose it is", { set: "create" }),
    hidden: field(mailbox.fields.deleteAfterProcessing.kept, "not for the command line", { flag: null }),
  },
  secrets: { keyCredentials: credentials("inbound-password", "the key") },
  filter: { kind: mailbox.fields.kind.kept.optional() },
  flags: { kind: "of <kind>" },
  dryRuns: true,
  sorts: ["title"],
  standard: ["create", "get", "list", "update", "delete"],
  operations: {
    dust: operation({ text: "Dust it", input: { with: mailbox.fields.address.kept }, impact: "destroys" }),
    books: operation({
      text: "What lies on it",
      kind: "read",
      answer: mailbox.operations.history.answer as never,
    }),
  },
});

describe("the commands of a noun", () => {
  let api: ApiDouble;
  let lines: string[] = [];
  before(async () => {
    api = await startApiDouble();
    api.on("POST /shelves", { status: 201, body: { id: "mb_shelf01", title: "a@example.org" } });
    api.on("GET /shelves/mb_shelf01", { body: { id: "mb_shelf01", v: 4 } });
    api.on("PATCH /shelves/mb_shelf01", {
      status: 400,
      body: {
        code: "INVALID",
        detail: "long",
        errors: [
          { pointer: "/keepsFrom", reason: "is too old" },
          { pointer: "/elsewhere", reason: "is wrong" },
        ],
      },
    });
  });
  after(() => api.stop());

  async function shelves(args: string): Promise<{ program: Command; refused: string[] }> {
    lines = [];
    const program = new Command("mailfleet").option("--json").exitOverride();
    program.configureOutput({ writeOut: (text) => void lines.push(text), writeErr: (text) => void lines.push(text) });
    const cli = createCli(program, {
      out: (text) => void lines.push(text),
      err: (text) => void lines.push(text),
      write: async () => {},
      readInput: async () => Buffer.from("from input"),
      askSecret: async () => "typed",
      ask: async () => null,
      localFolder: "/nonexistent",
      env: { MAILFLEET_URL: api.url, MAILFLEET_TOKEN: "mft_test" },
      interrupted: new AbortController().signal,
    });
    addNounCommands(program, cli, shelf as unknown as AnyNoun);
    addCompletionCommand(program, cli);
    try {
      await program.parseAsync(args.split(" "), { from: "user" });
      return { program, refused: [] };
    } catch (error) {
      return { program, refused: outcomeOf(error, cli.flagFor).lines };
    }
  }
  const optionsOf = (program: Command, verb: string) =>
    program.commands[0]?.commands.find((one) => one.name() === verb)?.options.map(({ flags }) => flags);

  it("follow from its declaration: verbs, options, and their help", async () => {
    const { program } = await shelves("shelf --help");
    const group = program.commands[0];
    assert.deepEqual([group?.name(), group?.alias()], ["shelf", "shelves"]);
    assert.deepEqual(
      group?.commands.map((verb) => verb.name()),
      [
        "list",
        "show",
        "wait",
        "create",
        "update",
        "delete",
        "dust",
        "books",
        "set-key-credentials",
        "remove-key-credentials",
      ],
    );
    assert.deepEqual(optionsOf(program, "create"), [
      "--title <text>",
      "--keeps-from <date>",
      "--locked [yes|no]",
      "--no-locked",
      "--kind <user|queue|forward>",
      "--key-username <name>",
      "--password-stdin",
      "--dry-run",
      "--file <json>",
    ]);
    assert.deepEqual(optionsOf(program, "update")?.slice(0, 4), [
      "--title <text>",
      "--keeps-from <date>",
      "--locked [yes|no]",
      "--no-locked",
    ]);
    assert.deepEqual(optionsOf(program, "list"), [
      ...["--of <user|queue|forward>", "--sort <title|-title>"],
      ...["-w, --watch", "--limit <n>"],
    ]);
    assert.match(lines.join(), /dust it \(stops or removes something\)/);
  });

  it("send what is named, in the form of the API", async () => {
    await shelves("shelf create --title a@example.org --keeps-from 2027-05-31 --no-locked --key-username u");
    assert.deepEqual(api.seen.at(-1)?.body, {
      title: "a@example.org",
      keepsFrom: "2027-05-31T00:00:00.000Z",
      locked: false,
      keyCredentials: { username: "u", password: "typed" },
    });
    assert.match(lines.join("\n"), /title +a@example\.org/);
    await shelves("shelf set-key-credentials mb_shelf01 --username u --password-stdin");
    assert.deepEqual(
      [api.seen.at(-1)?.path, api.seen.at(-1)?.body],
      ["/shelves/mb_shelf01/key-credentials", { username: "u", password: "from input" }],
    );
  });

  it("try a command without effect", async () => {
    api.on("DELETE /shelves/mb_shelf01", { status: 204 });
    await shelves("shelf delete mb_shelf01 --dry-run");
    assert.equal(api.seen.at(-1)?.query.get("dryRun"), "true");
    assert.match(lines.join(), /can be deleted/);
    api.on("DELETE /shelves/mb_shelf01/key-credentials", { body: { id: "mb_shelf01" } });
    api.on("PUT /shelves/mb_shelf01/key-credentials", { body: { id: "mb_shelf01" } });
    for (const args of ["remove-key-credentials mb_shelf01", "set-key-credentials mb_shelf01 --username u"]) {
      await shelves(`shelf ${args} --dry-run`);
      assert.equal(api.seen.at(-1)?.query.get("dryRun"), "true", args);
    }
  });

  it("show the columns of the declaration, and what an operation answers", async () => {
    api.on("GET /shelves", { body: { items: [{ id: "mb_shelf01", title: "x", locked: true }], next: null } });
    await shelves("shelves list --of queue --sort -title");
    assert.match(lines.join("\n"), /^ID +TITLE +LOCKED\nmb_shelf01 +x +yes$/);
    assert.equal(api.seen.at(-1)?.query.get("kind"), "queue");
    assert.equal(api.seen.at(-1)?.query.get("sort"), "-title");
    api.on("GET /shelves/mb_shelf01/books", { body: { items: [{ at: "2027-05-31T08:00:00Z", event: "e" }] } });
    await shelves("shelf books mb_shelf01");
    assert.match(lines.join("\n"), /AT +EVENT +FROM +TO[\s\S]*2027-05-31 08:00:00Z +e/);
  });

  it("name the option in a refusal, and the field where there is none", async () => {
    const { refused } = await shelves("shelf update mb_shelf01 --keeps-from 1970-01-01");
    assert.equal(api.seen.at(-1)?.headers["if-match"], '"4"');
    assert.deepEqual(refused.slice(1), ["  --keeps-from is too old", "  /elsewhere is wrong"]);
    assert.match(
      (await shelves("shelf update mb_shelf01 --locked maybe")).refused.join(),
      /--locked must be yes or no/,
    );
    assert.match((await shelves("shelf create --kind tree")).refused.join(), /--kind .*not tree/);
  });

  it("are completed by the shell", async () => {
    const { execFileSync } = await import("node:child_process");
    await shelves("completion bash");
    const complete = (...words: string[]) => {
      const script = `${lines[0]}\nCOMP_WORDS=(mailfleet ${words.join(" ")}); COMP_CWORD=${words.length}; _mailfleet; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim();
    };
    assert.equal(complete("she"), "shelf");
    assert.equal(complete("shelf", "d"), "delete dust");
    assert.equal(complete("shelves", "create", "--ke"), "--keeps-from --key-username");
    await shelves("completion fish");
    assert.match(lines[0] ?? "", /__fish_seen_subcommand_from shelf shelves; and .* -l keeps-from/);
    assert.equal((await shelves("completion tcsh")).refused.length, 1);
  });
});
