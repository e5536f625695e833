import type { AlertCode } from "@mailfleet/contracts";

/** What a mail says besides what happened. `{name}` stands for a value. */
export interface Words {
  readonly error: string;
  readonly warning: string;
  readonly information: string;
  readonly escalated: string;
  readonly cleared: string;
  readonly nobodyAcknowledged: string;
  readonly onceEach: string;
  readonly isOver: string;
  readonly nothingToDo: string;
  readonly whatToDo: string;
  readonly about: string;
  readonly details: string;
  readonly since: string;
  readonly overSince: string;
  readonly howOften: string;
  readonly times: string;
  readonly serverSaid: string;
  readonly inAnswerTo: string;
  readonly server: string;
  readonly servers: string;
  readonly systemCode: string;
  readonly alerts: string;
  readonly alertsCounted: string;
  readonly mailboxes: string;
  readonly moreAlerts: string;
  readonly howManyAlerts: string;
  readonly atMost: string;
  readonly incident: string;
  readonly code: string;
  readonly show: string;
  readonly page: string;
  readonly passed: string;
  readonly more: string;
  readonly onceForEachTest: string;
  readonly yourCode: string;
  readonly codeProves: string;
  readonly codeIsGood: string;
  readonly codeUnasked: string;
  readonly mailbox: string;
  readonly profile: string;
  readonly service: string;
  readonly stream: string;
  readonly send: string;
}

/** Everything that a mail about alerts says in one language. The words of servers and details stay as they are. */
export interface Catalogue {
  readonly words: Words;
  /** What happened and what to do now, by code. */
  readonly codes: Readonly<Record<AlertCode, readonly [text: string, remedy: string]>>;
}
