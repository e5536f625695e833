import { replyBeginning } from "@mailfleet/connector-api";
import type { FailureCode } from "@mailfleet/contracts";

/** Where in a session a reply came. The same words mean different things before and after signing in. */
export type Phase = "greet" | "tls" | "authenticate" | "transaction";

/** A pattern of replies that stand for this code. */
export interface ReplyRule {
  /** Response code in brackets (RFC 2449 §8, RFC 3206), compared as a whole. */
  readonly responseCode?: RegExp;
  readonly text?: RegExp;
  readonly phases?: readonly Phase[];
  readonly code: FailureCode;
}

/**
 * What POP3 servers really say after -ERR, from the most to the least certain. The first rule that matches wins. Texts
 * come before response codes where servers use codes loosely: Gmail says [SYS/PERM] if POP is switched off and for a
 * bandwidth limit, and [AUTH] for a missing app password.
 */
export const replyRules: readonly ReplyRule[] = [
  // Gmail: "[SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable
  // your account for POP access.", "[SYS/PERM] POP access is disabled for your domain. ..."; Yahoo: "[SYS/PERM] pop not
  // allowed for user.", "[AUTH] Access to this service is not allowed."; Zoho: "[AUTH] You are yet to enable POP for
  // your account."; GMX: "POP3/IMAP is disabled"
  {
    text: /not enabled for pop|pop3? ?(?:\/imap )?(?:access )?(?:is |has been |was )?(?:disabled|blocked|switched off|deactivated|not (?:enabled|allowed|permitted|activated))|yet to enable pop|enable (?:your account for )?pop3? access|access to this service is not allowed|not (?:allowed|permitted) to use pop/i,
    phases: ["greet", "authenticate", "transaction"],
    code: "POP_SWITCHED_OFF",
  },
  // Gmail: "[AUTH] Application-specific password required: https://support.google.com/accounts/answer/185833"
  {
    text: /app(?:lication)?[- ]specific password|app password (?:is )?required/i,
    phases: ["authenticate"],
    code: "APP_PASSWORD_NEEDED",
  },

  // Dovecot: "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)"; Courier: "Maximum
  // connection limit reached"; Gmail: "Too many simultaneous connections"
  {
    text: /too many (?:simultaneous |concurrent |open |active )?(?:pop3? )?(?:connections|sessions|logins)|maximum (?:number of )?connections?(?: limit)?|connection limit|sessions? limit|mail_max_userip_connections/i,
    code: "TOO_MANY_CONNECTIONS",
  },
  // RFC 2449 §8.1.2; Dovecot "[IN-USE] Couldn't open INBOX: Timeout while waiting for lock"; hMailServer "Your mailbox
  // is already locked"; Cyrus "[IN-USE] Unable to lock maildrop"; Qpopper "POP lock busy!  Is another session active?"
  { responseCode: /^IN-USE$/, code: "MAILBOX_IN_USE" },
  {
    text: /(?:unable|failed|can(?:no|')t|could ?n[o']t) (?:to )?(?:get |acquire |obtain )?(?:a |the )?(?:exclusive )?lock|(?:maildrop|mailbox|mail ?drop) (?:is )?(?:already |currently )?(?:locked|in use|busy)|lock busy|already (?:has )?(?:logged in|an? (?:open|active) session)|locked by another/i,
    phases: ["greet", "authenticate", "transaction"],
    code: "MAILBOX_IN_USE",
  },
  // QQ: "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or
  // system is busy.": the likeliest counts
  { text: /service is not open, password is incorrect/i, phases: ["authenticate"], code: "AUTHENTICATION_REJECTED" },
  // RFC 2449 §8.1.1: "[LOGIN-DELAY] minimum time between mail checks violation"
  { responseCode: /^LOGIN-DELAY$/, code: "RATE_LIMITED" },
  // Gmail: "[SYS/PERM] Account exceeded command or bandwidth limits."; Yahoo: "Rate limit hit"
  {
    text: /exceeded (?:the )?(?:command|bandwidth)|bandwidth limit|download limit|rate limit|too many (?:requests|commands|attempts|invalid|login|failed|auth)|log(?:in|on) (?:too frequent|frequency)|minimum time between|request is throttled|backoff time|slow down/i,
    code: "RATE_LIMITED",
  },

  // Dovecot: "[AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections."; Exchange before TLS:
  // "Command is not valid in this state."; Exchange Online: basic authentication is off
  {
    text: /plain ?text (?:authentication|login|auth) (?:is )?(?:disallowed|disabled|not allowed)|(?:unsupported|unknown|unrecogni[sz]ed|invalid) (?:authentication|sasl|auth) (?:mechanism|method|type)|must (?:use|issue|first issue) (?:a |an )?(?:ssl|tls|stls)|(?:ssl|tls|stls) (?:is )?required|basic ?auth(?:entication)? (?:is )?(?:disabled|blocked)|command (?:is )?not (?:valid|allowed|permitted)|invalid command in (?:current|this) state|(?:unknown|unrecogni[sz]ed|unimplemented|unsupported|bad) command|(?:command )?not (?:implemented|supported|understood)/i,
    phases: ["authenticate"],
    code: "AUTHENTICATION_NOT_OFFERED",
  },

  // Exchange Online, for want of a licence, a right on a shared mailbox, or the scope for this protocol
  { text: /authenticated but not connected/i, code: "MAILBOX_NOT_CONNECTED" },
  // RFC 3206 §4: "[SYS/TEMP]"; Dovecot "[SYS/TEMP] Temporary authentication failure.", Yahoo "[SYS/TEMP] Server error -
  // Please try again later."; Exchange: "Server Unavailable. 21".
  { responseCode: /^SYS\/TEMP$/, code: "SERVER_UNAVAILABLE" },
  {
    text: /temporar(?:y|ily)|server (?:is )?(?:unavailable|busy|shutting down|not available|error)|service (?:is )?(?:unavailable|not available)|shutting down|internal (?:error|server error|authentication failure)|system (?:error|problem|is busy)|backend|maintenance|(?:please )?try (?:again )?later|unable to process|resource unavailable|not available at the moment/i,
    code: "SERVER_UNAVAILABLE",
  },

  // Gmail: "[AUTH] Web login required: https://support.google.com/mail/answer/78754"
  {
    text: /log ?in via your web browser|web login required|(?:account|user|mailbox)(?: \S+)? (?:is |has been |was )?(?:disabled|suspended|locked|blocked|deactivated|inactive)|user is disabled|login disabled for/i,
    phases: ["greet", "authenticate", "transaction"],
    code: "ACCOUNT_DISABLED",
  },

  // RFC 3206 §4: "[AUTH]"; Dovecot "[AUTH] Authentication failed."; Gmail "[AUTH] Username and password not accepted.";
  // Yahoo "[AUTH] (#MBR1212) Incorrect username or password."; Exchange "Logon failure: unknown user name or bad
  // password.", "Authentication failure: unknown user name or bad password."; Cyrus "[AUTH] Invalid login"
  { responseCode: /^AUTH$/, code: "AUTHENTICATION_REJECTED" },
  {
    text: /(?:log ?in|log ?on|auth(?:entication|orization)?|password|credentials?|user ?(?:name)?)(?: \S+){0,4} (?:fail(?:ed|ure)?|incorrect|invalid|denied|rejected|wrong|unknown|not accepted)|(?:log ?in|log ?on|auth(?:entication)?) fail(?:ed|ure)?|(?:incorrect|invalid|bad|wrong|unknown) (?:user|log ?in|password|credentials)|no such user/i,
    phases: ["authenticate"],
    code: "AUTHENTICATION_REJECTED",
  },
  // RFC 3206 §4: somebody at the server must repair something.
  { responseCode: /^SYS\/PERM$/, phases: ["authenticate"], code: "ACCOUNT_DISABLED" },
  {
    responseCode: /^SYS\/PERM$/,
    text: /maildrop|mailbox|inbox/i,
    phases: ["transaction"],
    code: "INBOX_UNAVAILABLE",
  },

  // Dovecot: "Disconnected for inactivity."; Exchange: "Connection is closed. 20"
  {
    text: /inactivity|auto ?logout|idle (?:for )?too long|session (?:has )?(?:expired|timed? ?out)|connection (?:is )?closed|closing connection|logging out|disconnect|\beof\b/i,
    code: "CONNECTION_LOST",
  },
];

/** What a refusal in unknown words means. An explicit refusal of a sign-in counts against the credentials. */
const unknownWords: Readonly<Record<Phase, FailureCode>> = {
  // A greeting that refuses comes from a block list or a full server. Both pass.
  greet: "SERVER_UNAVAILABLE",
  tls: "TLS_NOT_OFFERED",
  authenticate: "AUTHENTICATION_REJECTED",
  transaction: "PROTOCOL_ERROR",
};

/** The code of a negative reply, with or without `-ERR`. */
export function codeOfReply(reply: string, phase: Phase): FailureCode {
  const words = replyBeginning(reply).replace(/^-ERR\s*/i, "");
  const responseCode = /^\[([^\]]{1,40})\]/.exec(words)?.[1]?.toUpperCase();
  for (const rule of replyRules) {
    if (rule.phases && !rule.phases.includes(phase)) continue;
    if (rule.responseCode && !(responseCode && rule.responseCode.test(responseCode))) continue;
    if (rule.text && !rule.text.test(words)) continue;
    return rule.code;
  }
  return unknownWords[phase];
}

/**
 * True if a command failed because its message is not there any more (RFC 1939 §5 "no such message"). Dovecot: "Message
 * 3 expunged.", "There's no message 3."; Exchange: "The requested message does not exist"; Gmail "Message not found".
 */
export function saysGone(reply: string): boolean {
  const words = replyBeginning(reply);
  if (/\[SYS\/TEMP\]/i.test(words)) return false;
  return /no such (?:message|msg)|there(?:'s| is) no message|message (?:number )?(?:\d+ )?(?:(?:is|was|has been|have been) )?(?:already )?(?:marked (?:for deletion|as deleted)|expunged|deleted|removed|gone|not found|(?:does not|doesn'?t|no longer) exists?)|invalid message(?: number)?|message (?:number )?out of range/i.test(
    words,
  );
}
