/** Mailboxes that are polled every second may miss a few polls: shorter silence than this is not reported. */
const shortestSilenceMs = 15_000;

const isExpected = { $gt: ["$expected.since", null] };
const heard = { $cond: [{ $eq: ["$expected.expects", "success"] }, "$lastProvedSuccessAt", "$lastRunAt"] };
const longestSilence = { $max: [{ $multiply: ["$expected.everyMs", 3] }, shortestSilenceMs] };

/**
 * The last stage of every update that changes what is expected of a mailbox, what was heard of it, or whether that is
 * told: `silentAt` is three intervals after it was heard last. It is not there where nothing is expected, or STALLED is
 * told, so that an index on it holds what a sweep has to look at, in the order of need.
 */
export const keepSilentAt = {
  $set: {
    silentAt: {
      $cond: [
        { $and: [isExpected, { $ne: ["$stalled", "told"] }] },
        { $add: [{ $max: ["$expected.since", heard] }, longestSilence] },
        "$$REMOVE",
      ],
    },
  },
} as const;
