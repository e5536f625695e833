import type { AlertCleared, AlertObject, AlertRaised } from "@mailfleet/contracts";
import type { Origin } from "./decide.ts";
import type { AlertDocument, ShownAlert } from "./document.ts";

/** All alerts, and the only way to change one. Each call is idempotent. */
export interface AlertWall {
  raise(fact: AlertRaised, origin: Origin): Promise<void>;
  /** Clears alerts of the object (and direction, if it names one); without codes, all of them. */
  clear(fact: AlertCleared, origin: Origin): Promise<void>;
  /** Clears all alerts of an object that is gone; later ones about it are cleared at once. */
  forget(object: AlertObject, origin: Origin): Promise<void>;
  /** Raised alerts about this object (and direction, if it names one), of these codes if any are given. */
  raisedAbout(object: AlertObject, codes?: readonly string[]): Promise<ShownAlert[]>;
  /** Gives an alert that is older than incidents an incident of its own. */
  adopt(id: string, key: string): Promise<void>;
  /** Takes alerts off the wall. */
  dismiss(ids: readonly string[], by: string, origin: Origin): Promise<void>;
  /** One change of the mail about an alert, remembered by its key. `null`: nothing changes. */
  changeNotice(id: string, key: string, decide: (alert: AlertDocument) => AlertDocument | null): Promise<void>;
}
