/**
 * A stage of every update after which another generation may be expected than the one that a watch rests with: the rest
 * is over, unless the server wants fewer connections.
 */
export const restAnew = {
  $set: {
    watching: {
      $cond: [
        {
          $and: [
            { $eq: ["$expected.expects", "success"] },
            { $gt: ["$watching.restUntil", 0] },
            { $ne: ["$watching.generation", "$expected.generation"] },
            { $ne: ["$watching.crowded", true] },
          ],
        },
        { $mergeObjects: ["$watching", { restUntil: 0 }] },
        "$watching",
      ],
    },
  },
} as const;
