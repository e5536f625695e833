import type { RequestArguments } from "@mailfleet/contracts";
import type { ListQuery } from "@mailfleet/kit";

type Filter = Omit<RequestArguments<"config.mailbox.list">, "limit" | "cursor">;

/** Which mailboxes a filter finds, for their list and for jobs, and in which order. */
export function mailboxQuery({
  lifecycle,
  profileId,
  kind,
  active,
  search,
  ids,
  within: { profileIds, domains } = {},
}: Filter): Pick<ListQuery, "filter" | "sort"> {
  return {
    filter: {
      ...(lifecycle === undefined ? {} : { "status.lifecycle": lifecycleRange(lifecycle) }),
      ...(profileId === undefined ? {} : { "configuration.profileId": profileId }),
      ...(kind === undefined ? {} : { "configuration.kind": kind }),
      ...(active === undefined ? {} : { "configuration.active": active }),
      ...(search === undefined ? {} : { $or: partOf(search) }),
      ...(ids === undefined ? {} : { _id: { $in: ids } }),
      ...(profileIds || domains ? { $and: [...ofProfiles(profileIds), ...ofDomains(domains)] } : {}),
    },
    sort: [["addressKey", 1]],
  };
}

/** A range instead of an expression: the index then serves `disabled` as well as `disabled.failed`. */
function lifecycleRange(word: string): unknown {
  return word.includes(".") ? word : { $gte: word, $lt: `${word}/` };
}

const ofProfiles = (ids: readonly string[] | undefined) => (ids ? [{ "configuration.profileId": { $in: ids } }] : []);

function ofDomains(domains: readonly string[] | undefined): object[] {
  if (!domains) return [];
  return [{ addressKey: { $regex: `@(${domains.map((domain) => domain.replaceAll(".", "\\.")).join("|")})$` } }];
}

function partOf(search: string): object[] {
  const part = { $regex: search.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), $options: "i" };
  return [{ "configuration.address": part }, { "configuration.name": part }];
}
