/** How many calls a home-made script has under way. */
const atOnce = 10;

/** Calls of Gmail's API one message at a time, ten at once, nothing stored: messages a second. */
export async function plainGmailReadRate(api: string, token: string, messages: number): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const get = async (path: string) => (await fetch(`${api}/gmail/v1/users/me/${path}`, { headers })).json();
  const start = performance.now();
  const ids: string[] = [];
  for (let page: string | undefined = ""; page !== undefined; ) {
    const query: string = page ? `&pageToken=${page}` : "";
    const list = (await get(`messages?labelIds=INBOX&maxResults=500${query}`)) as {
      messages?: { id: string }[];
      nextPageToken?: string;
    };
    ids.push(...(list.messages ?? []).map(({ id }) => id));
    page = list.nextPageToken;
  }
  if (ids.length < messages) throw new Error(`the peer found ${ids.length} messages`);
  await inLanes(ids, async (id) => {
    const { raw } = (await get(`messages/${id}?format=raw`)) as { raw: string };
    if (Buffer.from(raw, "base64url").length === 0) throw new Error("the peer got an empty message");
  });
  return messages / ((performance.now() - start) / 1000);
}

/** The same for sending: `raw` in JSON, as the guides show it. */
export async function plainGmailSendRate(api: string, token: string, raws: readonly Buffer[]): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const start = performance.now();
  await inLanes(raws, async (raw) => {
    const body = JSON.stringify({ raw: raw.toString("base64url") });
    const answer = await fetch(`${api}/gmail/v1/users/me/messages/send`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`the peer could not send: ${answer.status}`);
    await answer.json();
  });
  return raws.length / ((performance.now() - start) / 1000);
}

async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < items.length; n = next++) await work(items[n] as Item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
