import type { AlertCleared, AlertObject, AlertRaised } from "@mailfleet/contracts";
import type { Origin } from "./decide.ts";
import type { AlertDocument, ShownAlert } from "./document.ts";

/** All alerts, and the only way to change one. Whatever is done twice has the effect of once. */
export interface AlertWall {
  raise(fact: AlertRaised, origin: Origin): Promise<void>;
  /** Without codes all alerts of the object (and direction, if it names one). */
  clear(fact: AlertCleared, origin: Origin): Promise<void>;
  /** Clears all alerts of something that is gone; later ones about it are cleared at once. */
  forget(object: AlertObject, origin: Origin): Promise<void>;
  /** Raised alerts about this object (and direction, if it names one), of these codes if any are given. */
  raisedAbout(object: AlertObject, codes?: readonly string[]): Promise<ShownAlert[]>;
  /** Gives an alert from before there were incidents its own. */
  adopt(id: string, key: string): Promise<void>;
  /** Takes alerts off the wall. */
  dismiss(ids: readonly string[], by: string, origin: Origin): Promise<void>;
  /** One change of the mail about an alert, remembered by its key. `null`: nothing changes. */
  changeNotice(id: string, key: string, decide: (alert: AlertDocument) => AlertDocument | null): Promise<void>;
}
