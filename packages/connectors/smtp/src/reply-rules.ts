import { ofTheMailbox } from "@mailfleet/connector-api";
import type { FailureCode } from "@mailfleet/contracts";

/**
 * Where in a session a reply came. `final` is the answer to the dot after a message; `greeting` and `hello` come before
 * signing in.
 */
export type Stage = "greeting" | "hello" | "starttls" | "auth" | "mail" | "rcpt" | "data" | "final";

/** Whom a refusal concerns: one recipient, this message, or whatever the mailbox sends. */
export type Whose = "recipient" | "message" | "mailbox";

/** One row: at these stages (all if absent), a reply `<code> <text>` that fits the pattern has this code. */
export interface ReplyRule {
  readonly stages?: readonly Stage[];
  readonly pattern: RegExp;
  readonly code: FailureCode;
  /** Where it is not what stage and code say (`whoseIs`). */
  readonly whose?: Whose;
}

const rule = (pattern: RegExp, code: FailureCode, stages?: readonly Stage[], whose?: Whose): ReplyRule => ({
  pattern,
  code,
  ...(stages && { stages }),
  ...(whose && { whose }),
});
const submission: readonly Stage[] = ["mail", "rcpt", "data", "final"];
const content: readonly Stage[] = ["data", "final"];
const beforeSignedIn: readonly Stage[] = ["greeting", "hello", "starttls"];

/**
 * Whom a refusal concerns: before MAIL the mailbox; at RCPT the recipient; else this one message, unless the server's
 * words say that it is the account. That several different messages are refused alike is for the caller to notice.
 */
export function whoseIs(stage: Stage, found: Pick<ReplyRule, "code" | "whose">): Whose {
  if (!submission.includes(stage)) return "mailbox";
  if (found.whose) return found.whose;
  if (ofTheMailbox.has(found.code)) return "mailbox";
  return stage === "rcpt" ? "recipient" : "message";
}

/**
 * No more recipients in this transaction (RFC 5321 §4.5.3.1.10: 452, or 552 of older servers): the others go in a further
 * one. Not a limit for an hour or a day.
 */
export const tooManyRecipients =
  /^(?!.*\b(hour|day|daily|today|24h|minute)\b)(4\d\d|5\d\d)(?=.*([45]\.5\.3\b|too many (recipients|rcpts|addresses)|recipients? (limit|count)|maximum (number of )?recipients|out of allow rcpt|separate transaction|multiple destination domains))/i;

/**
 * What servers say and what it means, most specific first. Only real replies come here: whatever the network or a
 * library says is classified elsewhere and never permanent by looking like a 5xx. A 4xx is never permanent, whatever it
 * says, but for a name that the server asks for.
 */
export const replyRules: readonly ReplyRule[] = [
  // Our name (RFC 5321 §4.1.4). Gmail says so with 421, Postfix at RCPT.
  rule(
    /^(421|5\d\d).*(\(EHLO\)|\(HELO\)|\bhelo\/ehlo|\b(helo|ehlo) (name|host|hostname|argument|greeting|domain|command rejected)|invalid (helo|ehlo)|helohost|(helo|ehlo).{0,40}(fully[- ]qualified|fqdn|not acceptable|syntactically|bad hostname|host ?name))/i,
    "EHLO_NAME_REFUSED",
    ["hello", ...submission],
  ),

  rule(/^4\d\d.*helo command rejected/i, "SERVER_UNAVAILABLE", submission, "message"),

  // The account itself.
  rule(
    /^5\d\d(?=.*(SmtpClientAuthentication is disabled|5\.7\.139\b.{0,120}(disabled|locked)|5\.1\.8\b.{0,60}(access denied|blocked)|bad outbound sender|(account|user|sender address|mailbox) (has been |is |was )?(temporarily )?(disabled|suspended|locked|blocked|inactive|deactivated)|account (has been )?(expired|terminated)|user has no permission|(smtp|sending) (access |service )?(is |has been )?(disabled|not enabled|suspended)|5\.2\.1\b.{0,80}disabled|5\.1\.90\b.{0,80}tenant|tenant.{0,20}(blocked|disabled)))/i,
    "ACCOUNT_DISABLED",
    ["auth", "mail", "final"],
  ),

  // What the recipient's own mailbox takes for now.
  rule(
    /^4\d\d(?=.*((user|recipient|mailbox|account) (that )?you (are trying|tried) to (contact|reach)|(recipient|mailbox|user).{0,40}(receiving mail|too much (mail|email)|over ?quota|is full|quota exceeded|too quickly)|greylist|grey-list|graylist|postgrey))/i,
    "MESSAGE_DEFERRED",
    ["rcpt"],
  ),

  // Limits of the account: Gmail 5.4.5 and 4.7.28, Exchange Online, SES, Zoho, GMX, IONOS, OVH, cPanel.
  rule(
    /^[45]\d\d \D{0,10}5\.4\.5\b|\b4\.7\.28\b|5\.7\.70[58]\b.{0,80}(threshold|exceeded)|5\.1\.90\b|5\.2\.122\b|daily (user |smtp relay |message )?(sending )?(quota|limit)|sending (quota|limit)s?( (is|was|has been))? (exceeded|reached)|(mail|message|submission|recipient|outgoing|send|hourly|daily)[ -]?(send(ing)?[ -]?)?(limit|quota)( has been| was| is)?[ -]?(exceeded|reached)|SubmissionQuotaExceeded|unusual sending activity|exceeded (the |your )?(max(imum)? )?(emails?|messages?|defers and failures|recipients?) (per|allowed)|email quota exceeded|limit on the number of (messages|recipients)|maximum (hourly|daily)? ?(credits|quota)|credits exceeded|too many (messages|emails|mails|recipients) (today|this hour|per (hour|day))|number of (messages|recipients|emails).{0,30}per (hour|day)/i,
    "SENDING_LIMIT_REACHED",
    submission,
  ),

  rule(/credits exceeded/i, "SENDING_LIMIT_REACHED", ["auth"]),

  // Slow down. Exchange Online restricts an address that looks suspicious to it (4.7.500 to 4.7.699).
  rule(/^4\d\d \D{0,5}4\.7\.[56]\d\d\b/, "RATE_LIMITED"),
  rule(
    /concurrent connection|too many (concurrent |simultaneous |open )?(smtp )?(connections|sessions|connects)|maximum (number of )?connections|connection limit|connections? (rate )?(limit )?exceeded|sender thread limit|too frequent connects|HL:ICC/i,
    "TOO_MANY_CONNECTIONS",
  ),
  rule(
    /^(4\d\d|535).*(too many (bad |failed |invalid )?(login|auth|log-in)|login attempts|too much fail|login frequency|4\.7\.0 too many)/i,
    "RATE_LIMITED",
    ["auth"],
  ),
  rule(
    /^4\d\d.*(rate[ -]?limit|\brate\b.{0,80}(exceed|limit|unusual|too (high|fast))|too (much mail|fast|quick|many (messages|mails|emails|errors|commands|transactions|requests))|throttl|slow down|temporarily rate|per second|frequency|HL:(IFC|REP)|MI:(SFQ|DMC|CEL|CCL)|sending too)/i,
    "RATE_LIMITED",
  ),
  rule(/^421 \D{0,5}4\.7\.(0|1)\b.{0,120}(too many|rate|deferred|unusual|try again later)/i, "RATE_LIMITED"),
  rule(/^5\d\d.*frequency limited/i, "RATE_LIMITED"),
  rule(/^4\d\d .*\[TSS?0\d\]/i, "RATE_LIMITED"),
  rule(/^4\d\d\b.*\bRP-00[123]\b/, "RATE_LIMITED"),

  // Signing in.
  rule(
    /^5.*(app(lication)?[- ]specific password|5\.7\.9\b.*app password|app(lication)? password|authorization code|授权码)/i,
    "APP_PASSWORD_NEEDED",
    ["auth"],
  ),
  rule(/basic auth(entication)? (is )?(not supported|disabled|blocked)/i, "AUTHENTICATION_NOT_OFFERED", [
    "auth",
    ...submission,
  ]),
  rule(/^53[08].*(STARTTLS|TLS|encrypt|secure)/i, "AUTHENTICATION_NOT_OFFERED"),
  rule(/^5\d\d.*(system (is )?busy|temporar(y|ily)|try (again )?later)/i, "SERVER_UNAVAILABLE", ["auth"]),
  rule(/^(535|534|530)\b/, "AUTHENTICATION_REJECTED", ["auth"]),
  rule(/^5(00|02|03|04|38)\b/, "AUTHENTICATION_NOT_OFFERED", ["auth"]),
  rule(/^4/, "SERVER_UNAVAILABLE", ["auth"]),
  rule(/^5/, "AUTHENTICATION_REJECTED", ["auth"]),
  // After EHLO, "authentication required" is about who we are, whatever the command.
  rule(
    /^530\b|^5(50|53|54|13|35)\b(?!.*RESOLVER).*((smtp )?auth(entication)?( is)? (required|needed)|not authenticated|unauthenticated senders|must (first )?(authenticate|log ?in|sign in)|please (authenticate|log ?in)|turn on smtp authentication|without authentication|authentication first|relay check local fail)/i,
    "AUTHENTICATION_REJECTED",
    submission,
  ),

  // Before signing in. A refusing greeting is a block list or a full server: both pass, so it is tried again.
  rule(/^[45]/, "SERVER_UNAVAILABLE", ["greeting"]),
  rule(/^4/, "SERVER_UNAVAILABLE", beforeSignedIn),
  rule(/^5/, "TLS_NOT_OFFERED", ["starttls"]),
  rule(/^5(00|02|04)\b/, "EHLO_NOT_OFFERED", ["hello"]),
  rule(/^501\b/, "EHLO_NAME_REFUSED", ["hello"]),
  rule(/^5(50|54)\b/, "SERVER_UNAVAILABLE", ["hello"]),
  rule(/^5/, "NOT_THIS_PROTOCOL", ["hello"]),

  // Where we come from: servers keep this until MAIL or RCPT, so that the log says from whom.
  rule(
    /client host (rejected|\[[^\]]{1,45}\] blocked|.{1,60} has no ptr)|blocked using |on our block ?list|\[BL\d\d\]|(your|client|sending|remote) ip( address)?.{0,30}(block|black|listed|banned|reject)|black ip\b|DT:RBL|WM:BLI|rbl deny/i,
    "SERVER_UNAVAILABLE",
    submission,
    "mailbox",
  ),

  // Size, at the earliest place a server can say it (RFC 1870) and at the latest.
  rule(
    /^5\d\d(?=.*(5\.3\.4\b|5\.2\.3\b|(message|size|mail|data|attachment).{0,40}(too (large|big|long)|exceeds|exceeded)|exceeds.{0,30}size|too (large|big)\b|too much mail data))/i,
    "MESSAGE_TOO_LARGE",
    ["mail", "data", "final"],
  ),
  rule(/^552(?!.*(5\.(2\.2|7\.\d)|spam|virus|same size|invalid|looping))/i, "MESSAGE_TOO_LARGE", ["mail", ...content]),

  // The sender. Postfix says it at RCPT (smtpd_delay_reject), Exchange at the final dot, where it is about a From.
  ...(["mail", "rcpt", "data", "final"] as const).map((stage) =>
    rule(
      /^5\d\d(?=.*(sender address rejected|not owned by user|5\.7\.60\b|SendAsDenied|permissions? to send as|send(ing)? (as|on behalf)|sender (is )?not (allowed|authori[sz]ed|permitted)|not (allowed|authori[sz]ed|permitted) to (send|use) (mail )?(as|from)|sender (verify|mismatch|is unvalidated)|(from|email|mail) address.{0,20}(not|verified|must be same|invalid|mismatch)|verified sender identity|relaying disallowed as|5\.1\.[78]\b|mail from (must|invalid)|host denies the sender))/i,
      "SENDER_REFUSED",
      [stage],
      stage === "final" || stage === "data" ? "message" : "mailbox",
    ),
  ),
  // Without such words MAIL may be refused for this message alone: its size, its domain, the weather.
  rule(/^5(00|02|03)\b/, "PROTOCOL_ERROR", submission),
  rule(/^5(50|51|53|54|01)\b/, "SENDER_REFUSED", ["mail"]),
  rule(/^5/, "MESSAGE_REFUSED", ["mail"]),

  // The server goes away, or is full, at any command.
  rule(/^421\b/, "SERVER_UNAVAILABLE", undefined, "message"),
  rule(/greylist|grey-list|graylist|postgrey/i, "MESSAGE_DEFERRED", ["mail", ...content], "recipient"),
  rule(/^4/, "SERVER_UNAVAILABLE", ["mail"]),
  rule(
    /^4\d\d.*4\.3\.[0-5]\b|^452.*(insufficient|not enough).*(storage|space)/i,
    "SERVER_UNAVAILABLE",
    submission,
    "message",
  ),

  // One recipient, one message.
  rule(/^4/, "MESSAGE_DEFERRED", ["rcpt", ...content]),
  rule(/^5/, "RECIPIENT_REFUSED", ["rcpt"]),
  rule(/^554.*(no valid recipients|5\.5\.1)/i, "RECIPIENT_REFUSED", ["data"]),
  rule(/^5/, "MESSAGE_REFUSED", content),
];
