import { alert } from "./alert/alert.ts";
import { audit } from "./audit/audit.ts";
import { checkup } from "./checkup/checkup.ts";
import { deadLetter } from "./dead-letter/dead-letter.ts";
import { delivery } from "./delivery/delivery.ts";
import { erasure } from "./erasure/erasure.ts";
import { grant } from "./grant/grant.ts";
import { incident } from "./incident/incident.ts";
import { job } from "./job/job.ts";
import { mail } from "./mail/mail.ts";
import { mailbox } from "./mailbox/mailbox.ts";
import { message } from "./message/message.ts";
import { notificationSettings } from "./notification-settings/notification-settings.ts";
import type { AnyNoun } from "./noun/declaration.ts";
import { profile } from "./profile/profile.ts";
import { send } from "./send/send.ts";
import { session } from "./session/session.ts";
import { settings } from "./settings/settings.ts";
import { signIn } from "./sign-in/sign-in.ts";
import { subscription } from "./subscription/subscription.ts";
import { throughput } from "./throughput/throughput.ts";
import { token } from "./token/token.ts";

/** The nouns that people see, in the order in which the API, its documentation and the command line show them. */
export const nouns: readonly AnyNoun[] = [
  profile,
  mailbox,
  signIn,
  grant,
  message,
  send,
  mail,
  throughput,
  incident,
  alert,
  deadLetter,
  subscription,
  delivery,
  job,
  erasure,
  settings,
  notificationSettings,
  token,
  session,
  audit,
  checkup,
];
