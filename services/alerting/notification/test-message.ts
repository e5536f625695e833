import {
  failureOf,
  type NotificationTest,
  ProblemError,
  type RequestArguments,
  type TestStep,
} from "@mailfleet/contracts";
import { type ComposedMessage, domainOf } from "@mailfleet/mime";
import { type NoticeChannel, usable } from "../notice/channel.ts";
import { composeNotice } from "../notice/compose.ts";
import { noticeFailure } from "../notice/failure.ts";
import { htmlOf, textOf } from "../notice/mail-blocks.ts";
import { noticeRemedy } from "../notice/remedy.ts";
import { serverWorks } from "../notice/server-state.ts";
import { automaticHeaders, type NoticeMail } from "../notice/text.ts";
import type { AlertingPorts } from "../ports.ts";
import { type NotificationBody, presentSettings } from "./body.ts";
import { missingParts } from "./problems.ts";
import { explainedStep, settingsStep } from "./test-steps.ts";

/** A test holds a connection for up to a minute. Pressing the button repeatedly must not hold many. */
let running = 0;
const atOnce = 2;

/**
 * Sends a test message to all recipients by the saved settings, switched on or off, and says what each step found.
 * Throws TOO_MANY while others are under way; never for what a server does.
 */
export async function testNotificationSettings(
  ports: AlertingPorts,
  { by, commandId }: RequestArguments<"alerting.notification-settings.test">,
): Promise<NotificationTest> {
  if (running >= atOnce)
    throw new ProblemError("TOO_MANY", `${atOnce} tests of the mail server for notices are under way; wait for them.`);
  running += 1;
  try {
    const settings = await presentSettings(ports);
    const at = ports.now();
    const messageId = `<test.${at}.${commandId.replace(/[^\w-]/g, "").slice(0, 40)}@${domainOf(settings.from ?? "")}>`;
    const steps = await testSteps(ports, settings, testMail(messageId, at, by));
    const failed = steps.some(({ outcome }) => outcome === "failed");
    // What waits may leave, too.
    if (!failed && settings.enabled) {
      await serverWorks(ports);
      ports.kick("notices");
    }
    const { from, to } = settings;
    return { outcome: failed ? "failed" : "ok", at, from, to, messageId, steps };
  } finally {
    running -= 1;
  }
}

async function testSteps(
  ports: Pick<AlertingPorts, "openChannel" | "now">,
  settings: NotificationBody,
  mail: NoticeMail,
): Promise<TestStep[]> {
  const present = usable(settings);
  const since = performance.now();
  if (!present) {
    const missing = missingParts(settings, "is not set").map(({ pointer, reason }) => `${pointer} ${reason}`);
    return [settingsStep(since, { missing: missing.join("; ") })];
  }
  let channel: NoticeChannel;
  try {
    channel = await ports.openChannel(present);
  } catch (error) {
    const failure = noticeFailure(error);
    return [settingsStep(since, { failure, remedy: noticeRemedy(failure.code, present) })];
  }
  const steps: TestStep[] = [settingsStep(since, {})];
  try {
    const { failure } = await channel.signIn((step) => steps.push(step));
    if (!failure) steps.push(await sendStep(channel, await composeNotice(present, mail, ports.now())));
  } catch (error) {
    steps.push(explainedStep("authenticate", noticeFailure(error)));
  } finally {
    await channel.close();
  }
  return steps.map((step) => {
    const remedy = step.code && noticeRemedy(step.code, present);
    return remedy ? { ...step, remedy } : step;
  });
}

/** A recipient who is refused fails the test, though the others got the mail. */
async function sendStep(channel: NoticeChannel, mail: ComposedMessage): Promise<TestStep> {
  const since = performance.now();
  const ms = () => Math.round((performance.now() - since) * 10) / 10;
  try {
    const { answer, rejected } = await channel.send(mail);
    if (rejected.length === 0) return { step: "send", outcome: "ok", ms: ms(), detail: answer.slice(0, 2000) };
    const reply = rejected.map((one) => `${one.address}: ${one.reply}`).join("; ");
    return { ...explainedStep("send", failureOf("RECIPIENT_REFUSED", { reply: reply.slice(0, 2000) })), ms: ms() };
  } catch (error) {
    return { ...explainedStep("send", noticeFailure(error)), ms: ms() };
  }
}

function testMail(messageId: string, at: number, by: string): NoticeMail {
  const blocks = [
    { text: "The mail server for notices works.", strong: true },
    { text: "This is the test message that was asked for; it needs no answer and can be deleted." },
    { fields: { "Asked for by": by, At: new Date(at).toISOString() } },
  ];
  const subject = "[Mailfleet] Test of the mail server for notices";
  return { messageId, subject, text: textOf(blocks), html: htmlOf(blocks), headers: automaticHeaders };
}
