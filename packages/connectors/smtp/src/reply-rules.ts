import type { FailureCode } from "@mailfleet/contracts";

/**
 * Where in a session a reply came. `final` is the answer to the dot after a message; `greeting` and `hello` come before
 * signing in.
 */
export type Stage = "greeting" | "hello" | "starttls" | "auth" | "mail" | "rcpt" | "data" | "final";

/** One row: at these stages (all if absent), a reply `<code> <text>` that fits the pattern has this code. */
export interface ReplyRule {
  readonly stages?: readonly Stage[];
  readonly pattern: RegExp;
  readonly code: FailureCode;
}

const rule = (pattern: RegExp, code: FailureCode, stages?: readonly Stage[]): ReplyRule => ({ pattern, code, stages });
const submission: readonly Stage[] = ["mail", "rcpt", "data", "final"];
const beforeSignedIn: readonly Stage[] = ["greeting", "hello", "starttls"];

/**
 * What servers say and what it means, most specific first. Only real replies come here: whatever the network or a
 * library says is classified elsewhere and never permanent by looking like a 5xx.
 */
export const replyRules: readonly ReplyRule[] = [
  // The account itself.
  rule(
    /SmtpClientAuthentication is disabled|5\.7\.139.*(disabled|locked)|5\.1\.8\b|bad outbound sender|account (has been |is )?(disabled|suspended|locked|blocked|inactive)|user (is )?(disabled|suspended|blocked)|mailbox (is )?disabled|5\.2\.1\b.*disabled/i,
    "ACCOUNT_DISABLED",
    ["auth", "mail", "final"],
  ),

  // Limits of the account: Gmail 5.4.5 and 4.7.28, Exchange Online, Zoho, GMX, IONOS, OVH, cPanel.
  rule(
    /^[45]\d\d \D{0,10}5\.4\.5\b|\b4\.7\.28\b|5\.7\.70[58]\b.*(threshold|exceeded)|daily (user |smtp relay )?sending (quota|limit)|sending (quota|limit)s?( (is|was|has been))? (exceeded|reached)|(mail|message|submission|recipient|outgoing|send|hourly|daily)[ -]?(send(ing)?[ -]?)?(limit|quota)( has been| was| is)?[ -]?(exceeded|reached)|SubmissionQuotaExceeded|unusual sending activity|exceeded (the |your )?(max(imum)? )?(emails?|messages?|defers and failures|recipients?) (per|allowed)|email quota exceeded|limit on the number of (messages|recipients)/i,
    "SENDING_LIMIT_REACHED",
    submission,
  ),

  // Slow down. Exchange Online restricts an address that looks suspicious to it (4.7.500 to 4.7.699).
  rule(/^4\d\d \D{0,5}4\.7\.[56]\d\d\b/, "RATE_LIMITED"),
  rule(
    /concurrent connection|too many (concurrent |simultaneous )?(smtp )?(connections|sessions)|maximum (number of )?connections|connection limit|connections? (rate )?exceeded|sender thread limit/i,
    "TOO_MANY_CONNECTIONS",
  ),
  rule(/^4\d\d.*(too many (login|auth)|login attempts|4\.7\.0 too many)/i, "RATE_LIMITED", ["auth"]),
  rule(
    /^4\d\d.*(rate limit|\brate\b.*(exceed|limit|unusual)|too (much mail|fast|many (messages|mails|emails|errors|commands|transactions))|throttl|slow down|temporarily rate)/i,
    "RATE_LIMITED",
  ),
  rule(/^421 \D{0,5}4\.7\.(0|1)\b.*(too many|rate|deferred|unusual|try again later)/i, "RATE_LIMITED"),
  rule(/^4\d\d .*\[TSS?0\d\]/i, "RATE_LIMITED"),

  // Signing in.
  rule(/app(lication)?[- ]specific password|5\.7\.9\b.*app password/i, "APP_PASSWORD_NEEDED", ["auth"]),
  rule(/\b5\.7\.30\b|basic auth(entication)? (is )?(not supported|disabled|blocked)/i, "AUTHENTICATION_NOT_OFFERED", [
    "auth",
    ...submission,
  ]),
  rule(/^53[08].*(STARTTLS|TLS|encrypt|secure)/i, "AUTHENTICATION_NOT_OFFERED"),
  rule(/^(535|534|530)\b/, "AUTHENTICATION_REJECTED", ["auth"]),
  rule(/^5(00|02|03|04|38)\b/, "AUTHENTICATION_NOT_OFFERED", ["auth"]),
  rule(/^4/, "SERVER_UNAVAILABLE", ["auth"]),
  rule(/^5/, "AUTHENTICATION_REJECTED", ["auth"]),
  // After EHLO, "authentication required" is about who we are, whatever the command.
  rule(
    /^530\b|^55\d.*(authentication (is )?required|not authenticated|must (first )?authenticate|please authenticate)/i,
    "AUTHENTICATION_REJECTED",
    submission,
  ),

  // Before signing in. A refusing greeting is a block list or a full server: both pass, so it is tried again.
  rule(/^[45]/, "SERVER_UNAVAILABLE", ["greeting"]),
  rule(/^4/, "SERVER_UNAVAILABLE", beforeSignedIn),
  rule(/^5/, "TLS_NOT_OFFERED", ["starttls"]),
  rule(/^5/, "NOT_THIS_PROTOCOL", ["hello"]),

  // The server goes away, or is full, at any command.
  rule(/^421\b/, "SERVER_UNAVAILABLE"),
  rule(/^4\d\d.*4\.3\.[0-5]\b|^452.*(insufficient|not enough).*(storage|space)/i, "SERVER_UNAVAILABLE", [
    "mail",
    "data",
    "final",
  ]),

  // Size, at the earliest place a server can say it (RFC 1870) and at the latest.
  rule(
    /5\.3\.4\b|5\.2\.3\b|(message|size|mail).{0,40}(too (large|big)|exceeds)|exceeds.{0,30}size/i,
    "MESSAGE_TOO_LARGE",
    ["mail", "data", "final"],
  ),
  rule(/^552(?!.*5\.(2\.2|7\.\d))/, "MESSAGE_TOO_LARGE", ["mail", "data", "final"]),

  // The sender. Postfix says it at RCPT (smtpd_delay_reject), Exchange at the final dot.
  rule(
    /sender address rejected|not owned by user|5\.7\.60\b|SendAsDenied|permissions? to send as|send(ing)? (as|on behalf)|sender (is )?not (allowed|authori[sz]ed|permitted)|not (allowed|authori[sz]ed|permitted) to (send|use) (mail )?(as|from)|sender (verify|mismatch)|from address.*(not|verified)|5\.1\.[78]\b/i,
    "SENDER_REFUSED",
    submission,
  ),
  rule(/^5(50|51|53|54|01)\b/, "SENDER_REFUSED", ["mail"]),
  rule(/^4/, "SERVER_UNAVAILABLE", ["mail"]),
  rule(/^555\b|^552\b/, "MESSAGE_REFUSED", ["mail"]),

  // One recipient, one message.
  rule(/^4/, "MESSAGE_DEFERRED", ["rcpt", "data", "final"]),
  rule(/^503\b/, "PROTOCOL_ERROR", ["mail", "rcpt", "data", "final"]),
  rule(/^5/, "RECIPIENT_REFUSED", ["rcpt"]),
  rule(/^554.*(no valid recipients|5\.5\.1)/i, "RECIPIENT_REFUSED", ["data"]),
  rule(/^5/, "MESSAGE_REFUSED", ["data", "final"]),
];
