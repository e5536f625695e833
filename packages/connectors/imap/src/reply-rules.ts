import { replyBeginning } from "@mailfleet/connector-api";
import type { FailureCode } from "@mailfleet/contracts";

/** Where in a session a reply came. The same words mean different things before and after signing in. */
export type Phase = "greet" | "tls" | "authenticate" | "open" | "fetch";

/** A pattern of replies that stand for this code. */
export interface ReplyRule {
  /** Response code in brackets (RFC 5530, RFC 9051 §7.1), compared as a whole word. */
  readonly responseCode?: RegExp;
  readonly text?: RegExp;
  readonly phases?: readonly Phase[];
  readonly code: FailureCode;
}

/**
 * What IMAP servers really say, from the most to the least certain. The first rule that matches wins. A temporary
 * reason comes before "authentication failed", because overloaded servers say both at once.
 */
export const replyRules: readonly ReplyRule[] = [
  // Microsoft 365: "BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds"
  { text: /request is throttled|backoff time/i, code: "RATE_LIMITED" },
  // Gmail: "[ALERT] Too many simultaneous connections. (Failure)"; Dovecot: "Maximum number of connections from
  // user+IP exceeded (mail_max_userip_connections=10)"; Courier: "Maximum connection limit reached for ip";
  // Cyrus: "Too many open connections for user"
  {
    text: /too many (?:simultaneous |concurrent |open |active )?(?:imap )?(?:connections|sessions|logins)|maximum (?:number of )?connections?(?: limit)?|connection limit|sessions? limit|mail_max_userip_connections/i,
    code: "TOO_MANY_CONNECTIONS",
  },
  // Gmail: "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"
  { text: /exceeded (?:command|bandwidth)|bandwidth limit|download limit/i, code: "RATE_LIMITED" },
  // Yahoo: "NO [LIMIT] FETCH Rate limit hit."
  {
    text: /rate limit|too many (?:requests|commands|attempts|invalid|login)|try again (?:later|in)|slow down/i,
    phases: ["greet", "open", "fetch"],
    code: "RATE_LIMITED",
  },
  { text: /rate limit|too many (?:requests|commands|attempts|invalid|login|failed)/i, code: "RATE_LIMITED" },
  { responseCode: /^(?:LIMIT)$/, code: "RATE_LIMITED" },
  { responseCode: /^INUSE$/, code: "TOO_MANY_CONNECTIONS" },

  // Dovecot: "Plaintext authentication disallowed on non-secure (SSL/TLS) connections." with [PRIVACYREQUIRED];
  // Cyrus and others: LOGINDISABLED
  { responseCode: /^PRIVACYREQUIRED$/, code: "AUTHENTICATION_NOT_OFFERED" },
  {
    text: /plain ?text (?:authentication|login|auth) (?:is )?(?:disallowed|disabled|not allowed)|login is disabled|logindisabled|unsupported authentication mechanism|no matching authentication method|command disabled\.? *(?:use starttls)?|must (?:use|issue a?) *(?:ssl|tls|starttls)|basic ?auth(?:entication)? (?:is )?(?:disabled|blocked)/i,
    phases: ["authenticate"],
    code: "AUTHENTICATION_NOT_OFFERED",
  },

  // Exchange Online, for want of a licence, a right on a shared mailbox, or the scope for this protocol
  { text: /authenticated but not connected/i, code: "MAILBOX_NOT_CONNECTED" },
  // Dovecot under load: "[UNAVAILABLE] Temporary authentication failure."; its auth process away: "[UNAVAILABLE]
  // Internal authentication failure"; Exchange: "Server Unavailable. 15".
  { responseCode: /^(?:UNAVAILABLE|SERVERBUG)$/, code: "SERVER_UNAVAILABLE" },
  {
    text: /temporar(?:y|ily)|server (?:is )?(?:unavailable|busy|shutting down|not available)|service (?:is )?(?:unavailable|not available)|shutting down|internal (?:error|server error|authentication failure)|system error|backend|maintenance|try (?:again )?later|resource (?:temporarily )?unavailable|not available at the moment/i,
    code: "SERVER_UNAVAILABLE",
  },

  // Yandex: "[AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled": the likelier meaning counts
  { text: /invalid credentials or imap is disabled/i, code: "AUTHENTICATION_REJECTED" },

  // Gmail: "[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page...";
  // "[ALERT] IMAP access is disabled for your domain."
  {
    text: /not enabled for imap|imap (?:access )?(?:is |has been )?(?:disabled|not (?:enabled|allowed|permitted))/i,
    phases: ["greet", "authenticate", "open"],
    code: "IMAP_SWITCHED_OFF",
  },

  // Gmail: "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833"; Yahoo
  // and iCloud say "app-specific password"
  {
    text: /app(?:lication)?[- ]specific password|app password (?:is )?required/i,
    phases: ["authenticate"],
    code: "APP_PASSWORD_NEEDED",
  },

  // Gmail: "[ALERT] Please log in via your web browser: ..."
  { responseCode: /^(?:CONTACTADMIN)$/, code: "ACCOUNT_DISABLED" },
  {
    text: /log ?in via your web browser|web login required|(?:account|user|mailbox)(?: \S+)? (?:is |has been |was )?(?:disabled|suspended|locked|blocked|deactivated|inactive)|user is disabled|login disabled for/i,
    phases: ["greet", "authenticate", "open"],
    code: "ACCOUNT_DISABLED",
  },

  // RFC 5530; Dovecot "[AUTHENTICATIONFAILED] Authentication failed."; Exchange "LOGIN failed."; Gmail
  // "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"; Cyrus "Login failed: authentication failure";
  // Courier "Login failed."; Yandex "[AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled"
  { responseCode: /^(?:AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|WEBALERT)$/, code: "AUTHENTICATION_REJECTED" },
  {
    text: /authenticat(?:ion|e) fail|invalid (?:login|credentials|user|password|username)|log[io]n (?:failed|failure|incorrect|error|denied|rejected)|(?:bad|wrong|incorrect) (?:login|user ?name|password|credentials)|password (?:is )?(?:incorrect|expired|wrong)|authorization failed|user unknown|unknown user|failed to authenticate|not authenticated/i,
    phases: ["greet", "authenticate"],
    code: "AUTHENTICATION_REJECTED",
  },

  { responseCode: /^(?:NONEXISTENT|NOPERM|TRYCREATE|CORRUPTION)$/, phases: ["open"], code: "INBOX_UNAVAILABLE" },
  {
    text: /(?:mailbox|folder)[^.]* (?:doesn'?t|does not) exist|no such (?:mailbox|folder)|permission denied|unknown mailbox|access denied|not (?:a )?selectable/i,
    phases: ["open"],
    code: "INBOX_UNAVAILABLE",
  },
  { responseCode: /^OVERQUOTA$/, code: "MAILBOX_FULL" },

  // BYE: Dovecot "Disconnected for inactivity.", Courier "Disconnected for inactivity.", Gmail "Session expired,
  // please login again.", Exchange "Connection is closed. 13"
  {
    text: /inactivity|autologout|idle (?:for )?too long|session (?:has )?expired|connection (?:is )?closed|closing connection|logging out|disconnect/i,
    code: "CONNECTION_LOST",
  },
];

/** The code of a reply; `null` if no rule matches. */
export function codeOfReply(reply: { responseCode?: string; text: string }, phase: Phase): FailureCode | null {
  const responseCode = reply.responseCode?.slice(0, 100).toUpperCase();
  const text = replyBeginning(reply.text);
  for (const rule of replyRules) {
    if (rule.phases && !rule.phases.includes(phase)) continue;
    if (rule.responseCode ? responseCode && rule.responseCode.test(responseCode) : rule.text?.test(text))
      return rule.code;
  }
  return null;
}
