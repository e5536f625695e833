import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FailureError, type Logger, Sealed, Secret, sealedFor } from "@mailfleet/contracts";
import { FlattenedEncrypt, importJWK } from "jose";
import {
  generateKey,
  generateKeyFiles,
  loadOpener,
  loadProbeCodes,
  loadSealer,
  OpenKeyFile,
  publicKeysOf,
} from "../src/index.ts";

const directory = await mkdtemp(join(tmpdir(), "mailfleet-secrets-"));
after(() => rm(directory, { recursive: true }));
const files = await generateKeyFiles(directory);
const sealer = await loadSealer(files.mailboxSealKey);
const opener = await loadOpener(files.mailboxOpenKeys);
const server = "imap mail.example.org:993";
const here = sealedFor("mb_4fz81k", "mailbox-password", server);
const password = "hünter2 \u{1f511}";

const unreadable = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof FailureError);
  assert.equal(error.failure.code, "CREDENTIALS_UNREADABLE");
  assert.equal(error.failure.kind, "permanent");
  assert.match(error.message, words);
  assert.ok(!error.message.includes(password));
  return true;
};

test("a sealed secret opens for its owner and purpose, and shows itself to nobody on the way", async () => {
  const sealed = Sealed.parse(await sealer.seal(new Secret(password), here));
  assert.ok(!JSON.stringify(sealed).includes("hünter"));
  const opened = await opener.open(sealed, here);
  assert.equal(opened.reveal(), password);
  assert.equal(`${opened}`, "[secret]");
});

test("the longest password that a form takes still fits the sealed form", async () => {
  const long = "x".repeat(4000);
  const sealed = Sealed.parse(await sealer.seal(new Secret(long), here));
  assert.equal((await opener.open(sealed, here)).reveal(), long);
});

test("a ciphertext moved to another mailbox or purpose does not open, whatever its aad says", async () => {
  const sealed = await sealer.seal(new Secret(password), here);
  const elsewhere = sealedFor("mb_other1", "mailbox-password", server);
  await assert.rejects(opener.open(sealed, elsewhere), unreadable(/another owner or purpose/));
  await assert.rejects(
    opener.open(sealed, sealedFor("mb_4fz81k", "outbound-password", server)),
    unreadable(/another owner/),
  );
  const forged = { ...sealed, aad: Buffer.from(elsewhere).toString("base64url") };
  await assert.rejects(opener.open(forged, elsewhere), unreadable(/does not open/));
});

test("a ciphertext does not open for another server than the one it was sealed for, and both are named", async () => {
  const sealed = await sealer.seal(new Secret(password), here);
  const elsewhere = sealedFor("mb_4fz81k", "mailbox-password", "imap evil.test:993");
  await assert.rejects(opener.open(sealed, elsewhere), (error: unknown) => {
    assert.ok(error instanceof FailureError);
    assert.equal(error.failure.code, "CREDENTIALS_FOR_ANOTHER_SERVER");
    assert.match(error.message, /imap mail\.example\.org:993.*imap evil\.test:993/);
    return true;
  });
  const forged = { ...sealed, aad: Buffer.from(elsewhere).toString("base64url") };
  await assert.rejects(opener.open(forged, elsewhere), unreadable(/does not open/));
});

test("changed ciphertext and changed header do not open", async () => {
  const sealed = await sealer.seal(new Secret(password), here);
  const flipped = sealed.ciphertext.startsWith("A") ? "B" : "A";
  await assert.rejects(
    opener.open({ ...sealed, ciphertext: flipped + sealed.ciphertext.slice(1) }, here),
    unreadable(/does not open/),
  );
  await assert.rejects(opener.open({ ...sealed, protected: "bm9uc2Vuc2U" }, here), unreadable(/none named/));
});

test("another algorithm than the pinned ones is refused, also if everything else is right", async () => {
  const { protected: header } = await sealer.seal(new Secret(password), here);
  const { alg, enc, kid } = JSON.parse(Buffer.from(header, "base64url").toString());
  assert.deepEqual([alg, enc], ["ECDH-ES+A256KW", "A256GCM"]);
  const [jwk] = JSON.parse(await readFile(files.mailboxSealKey, "utf8")).keys;
  const sealWith = async (algorithms: { alg: string; enc: string }) =>
    Sealed.parse(
      await new FlattenedEncrypt(Buffer.from(password))
        .setProtectedHeader({ ...algorithms, kid })
        .setAdditionalAuthenticatedData(Buffer.from(here))
        .encrypt(await importJWK(jwk, algorithms.alg)),
    );
  assert.equal((await opener.open(await sealWith({ alg, enc }), here)).reveal(), password);
  for (const other of [
    { alg: "ECDH-ES+A128KW", enc: "A256GCM" },
    { alg: "ECDH-ES+A256KW", enc: "A128CBC-HS256" },
  ])
    await assert.rejects(opener.open(await sealWith(other), here), unreadable(/does not open/));
});

test("a key that is not at hand: CREDENTIALS_UNREADABLE, also if another key goes by its name", async () => {
  const sealed = await sealer.seal(new Secret(password), here);
  const notify = await loadOpener(files.notifyOpenKeys);
  await assert.rejects(notify.open(sealed, here), unreadable(/not among those of this service/));

  const { kid } = JSON.parse(await readFile(files.mailboxSealKey, "utf8")).keys[0];
  const impostor = join(directory, "impostor.json");
  await writeFile(impostor, JSON.stringify({ keys: [{ ...(await generateKey()), kid }] }), { mode: 0o600 });
  await assert.rejects((await loadOpener(impostor)).open(sealed, here), unreadable(/does not open/));
});

test("rotation: the new key seals, old and new open, without the old one the old seal does not open", async () => {
  const old = OpenKeyFile.parse(JSON.parse(await readFile(files.mailboxOpenKeys, "utf8")));
  const newest = await generateKey();
  const openBoth = join(directory, "rotated-open.json");
  const sealNew = join(directory, "rotated-seal.json");
  const openNew = join(directory, "new-open.json");
  await writeFile(openBoth, JSON.stringify({ keys: [newest, ...old.keys] }), { mode: 0o600 });
  await writeFile(sealNew, JSON.stringify(publicKeysOf({ keys: [newest, ...old.keys] })));
  await writeFile(openNew, JSON.stringify({ keys: [newest] }), { mode: 0o600 });

  const sealedBefore = await sealer.seal(new Secret("before"), here);
  const sealedAfter = await (await loadSealer(sealNew)).seal(new Secret("after"), here);
  const both = await loadOpener(openBoth);
  assert.equal((await both.open(sealedBefore, here)).reveal(), "before");
  assert.equal((await both.open(sealedAfter, here)).reveal(), "after");
  const onlyNew = await loadOpener(openNew);
  assert.equal((await onlyNew.open(sealedAfter, here)).reveal(), "after");
  await assert.rejects(onlyNew.open(sealedBefore, here), unreadable(/not among/));
});

test("key files: private ones are 0600, existing ones are kept, public ones hold no private half", async () => {
  const before = await readFile(files.mailboxOpenKeys, "utf8");
  await rm(files.mailboxSealKey);
  assert.deepEqual(await generateKeyFiles(directory), files);
  assert.equal(await readFile(files.mailboxOpenKeys, "utf8"), before);
  for (const file of [files.mailboxOpenKeys, files.notifyOpenKeys])
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  const seal = await readFile(files.mailboxSealKey, "utf8");
  assert.ok(!seal.includes('"d"'));
  const again = await (await loadSealer(files.mailboxSealKey)).seal(new Secret(password), here);
  assert.equal((await opener.open(again, here)).reveal(), password);
});

test("a private key file that everybody can read is warned about; a broken one is named without its content", async () => {
  const warnings: string[] = [];
  const quiet = () => {};
  const logger: Logger = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (_, text) => warnings.push(text),
    child: () => logger,
  };
  await loadOpener(files.notifyOpenKeys, logger);
  assert.deepEqual(warnings, []);
  await chmod(files.notifyOpenKeys, 0o644);
  await loadOpener(files.notifyOpenKeys, logger);
  assert.equal(warnings.length, 1);

  const broken = join(directory, "broken.json");
  await writeFile(broken, '{"keys": [{"d": "topsecret"');
  await assert.rejects(loadOpener(broken), (error: Error) => {
    assert.match(error.message, /broken\.json is not valid/);
    assert.ok(!error.message.includes("topsecret"));
    return true;
  });
  await assert.rejects(loadOpener(join(directory, "absent.json")), /ENOENT/);
});

test("a probe's code is known by every holder of its key, for its text only, and goes on being known after a rotation", async () => {
  const first = await loadProbeCodes(files.mailboxOpenKeys);
  const code = first.sign("mb_4fz81k; generation=3; at=1000");
  assert.match(code, /^[A-Za-z0-9_-]{43}$/);
  const kept = OpenKeyFile.parse(JSON.parse(await readFile(files.mailboxOpenKeys, "utf8")));
  const rotated = join(directory, "rotated-probe-keys.json");
  await writeFile(rotated, JSON.stringify({ keys: [await generateKey(), ...kept.keys] }));
  const second = await loadProbeCodes(rotated);
  assert.ok(second.isOurs("mb_4fz81k; generation=3; at=1000", code));
  assert.ok(!second.isOurs("mb_4fz81k; generation=4; at=1000", code));
  assert.ok(!second.isOurs("mb_4fz81k; generation=3; at=1000", ""));
  const strangers = await loadProbeCodes(files.notifyOpenKeys);
  assert.ok(!strangers.isOurs("mb_4fz81k; generation=3; at=1000", code));
});
