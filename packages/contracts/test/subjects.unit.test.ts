import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  alertFacts,
  type ConsumerDefinition,
  connectorDescriptors,
  consumers,
  directions,
  incidentFacts,
  job,
  jobFacts,
  mailboxFacts,
  mailFacts,
  type ParsedSubject,
  parseSubject,
  profile,
  profileFacts,
  purposes,
  runFacts,
  type StreamDefinition,
  serviceNames,
  severities,
  streams,
  subjects,
} from "../src/index.ts";

const mailboxId = "mb_4fz81k";

/** Every kind of subject there is, with what it must be read as. */
const all: [string, ParsedSubject][] = [
  [subjects.mailboxEvent(mailboxId), { stream: "MAILBOX", mailboxId }],
  ...directions.flatMap((direction) =>
    purposes.map((purpose): [string, ParsedSubject] => [
      subjects.run(direction, purpose, mailboxId, 7),
      { stream: "RUNS", direction, purpose, mailboxId, ...(purpose === "test" ? { generation: 7 } : {}) },
    ]),
  ),
  [subjects.send(mailboxId), { stream: "SENDS", mailboxId }],
  [subjects.timerSet(mailboxId), { stream: "TIMERS", action: "set", ownerId: mailboxId }],
  [subjects.timerClear(mailboxId), { stream: "TIMERS", action: "clear", ownerId: mailboxId }],
  ...mailboxFacts.map((type): [string, ParsedSubject] => [
    subjects.mailboxFact(mailboxId, type),
    { stream: "FACTS", about: "mailbox", id: mailboxId, type },
  ]),
  ...profileFacts.map((type): [string, ParsedSubject] => [
    subjects.profileFact("pf_7", type),
    { stream: "FACTS", about: "profile", id: "pf_7", type },
  ]),
  ...jobFacts.map((type): [string, ParsedSubject] => [
    subjects.jobFact("jb_7", type),
    { stream: "FACTS", about: "job", id: "jb_7", type },
  ]),
  ...mailFacts.map((type): [string, ParsedSubject] => [
    subjects.mailFact(mailboxId, type),
    { stream: "FACTS", about: "mail", id: mailboxId, type },
  ]),
  ...runFacts.map((type): [string, ParsedSubject] => [
    subjects.runFact(mailboxId, type),
    { stream: "FACTS", about: "run", id: mailboxId, type },
  ]),
  ...severities.flatMap((severity) =>
    alertFacts.map((type): [string, ParsedSubject] => [
      subjects.alertFact(severity, type),
      { stream: "FACTS", about: "alert", id: severity, type },
    ]),
  ),
  ...incidentFacts.map((type): [string, ParsedSubject] => [
    subjects.incidentFact("error", type),
    { stream: "FACTS", about: "alert", id: "error", type },
  ]),
  ...serviceNames.map((service): [string, ParsedSubject] => [
    subjects.dead(service, "some-consumer"),
    { stream: "DEAD", service, consumer: "some-consumer" },
  ]),
];

/** NATS's matching: `*` is one token. */
function fits(pattern: string, subject: string): boolean {
  const [parts, tokens] = [pattern.split("."), subject.split(".")];
  return parts.length === tokens.length && parts.every((part, n) => part === "*" || part === tokens[n]);
}
/** Could one subject fit both? */
function overlap(one: string, other: string): boolean {
  const [a, b] = [one.split("."), other.split(".")];
  return a.length === b.length && a.every((part, n) => part === "*" || b[n] === "*" || part === b[n]);
}

describe("subjects", () => {
  it("of facts about profiles and jobs are those that the noun declares", () => {
    assert.deepEqual([...profileFacts], Object.keys(profile.facts));
    assert.deepEqual([...jobFacts], Object.keys(job.facts));
  });

  it("are read back as they were built", () => {
    for (const [subject, parsed] of all) assert.deepEqual(parseSubject(subject), parsed, subject);
  });

  it("are taken by exactly the stream they are read as", () => {
    for (const [subject, parsed] of all) {
      const takers = Object.values<StreamDefinition>(streams).filter((stream) =>
        stream.subjects.some((pattern) => fits(pattern, subject)),
      );
      assert.deepEqual(
        takers.map((stream) => stream.name),
        [parsed.stream],
        subject,
      );
    }
  });

  it("of others are not read", () => {
    for (const subject of [
      "",
      "mailbox",
      "mailbox.event",
      "mailbox.event.",
      "run.inbound",
      "timer.pause.mb_1",
      "x.y.z",
    ])
      assert.equal(parseSubject(subject), null, subject);
  });
});

describe("consumers", () => {
  const list = Object.values<ConsumerDefinition>(consumers);

  it("ask for subjects that their stream takes", () => {
    for (const consumer of list)
      for (const filter of consumer.filters)
        assert.ok(
          streams[consumer.stream].subjects.some((pattern) => fits(pattern, filter)),
          `${consumer.name} ${filter}`,
        );
  });

  it("never overlap on a work queue, and have names of their own", () => {
    assert.equal(new Set(list.map((one) => one.name)).size, list.length);
    for (const one of list)
      for (const other of list) {
        if (one === other || one.stream !== other.stream || streams[one.stream].retention === "limits") continue;
        for (const filter of one.filters)
          assert.ok(!other.filters.some((theirs) => overlap(filter, theirs)), `${one.name} and ${other.name}`);
      }
  });

  it("take every run and every work item", () => {
    const work = all.filter(([, { stream }]) => ["MAILBOX", "RUNS", "SENDS", "TIMERS", "DEAD"].includes(stream));
    const lost = work.filter(
      ([subject]) => !list.some((consumer) => consumer.filters.some((filter) => fits(filter, subject))),
    );
    assert.deepEqual(
      lost.map(([subject]) => subject),
      [],
    );
  });
});

describe("the README", () => {
  // The formatter aligns the columns of tables with spaces.
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8").replace(/ +/g, " ");

  it("lists every stream with its subjects", () => {
    for (const stream of Object.values<StreamDefinition>(streams)) {
      const subjectsInCode = stream.subjects.map((subject) => `\`${subject}\``).join(", ");
      assert.ok(readme.includes(`| \`${stream.name}\` | ${subjectsInCode} |`), `${stream.name} with ${subjectsInCode}`);
    }
  });

  it("lists every consumer with its filters", () => {
    for (const { name, stream, filters } of Object.values<ConsumerDefinition>(consumers))
      assert.ok(
        readme.includes(`| \`${name}\` | \`${stream}\` | ${filters.map((filter) => `\`${filter}\``).join(", ")} |`),
        name,
      );
  });

  it("lists every protocol with what its descriptor says", () => {
    for (const descriptor of Object.values(connectorDescriptors)) {
      const { protocol, name, directions, ports, credentials, fields } = descriptor;
      const usual = Object.entries(ports).map(([security, port]) => `${security} ${port}`);
      const own = fields.map((field) => `\`${field}\``).join(", ") || "-";
      const cells = [`\`${protocol}\``, name, directions.join(", "), usual.join(", "), credentials.join(", "), own];
      assert.ok(readme.includes(`| ${cells.join(" | ")} |`), protocol);
    }
  });
});
