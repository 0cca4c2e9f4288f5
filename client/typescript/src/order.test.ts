// Against the server of SUANPAN_URL, on which the pool SUANPAN_POOL is the provider's.

import assert from "node:assert/strict";
import { test } from "node:test";

import { WebSocket } from "ws";

import {
  connect,
  freshKey,
  pages,
  Refused,
  type Schemas,
  type SocketMaker,
  Stream,
  StreamEnded,
  StreamRefused,
  taken,
} from "./index.js";

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is needed`);
  return value;
}

const url = setting("SUANPAN_URL");
const buyer = connect({ url, key: setting("SUANPAN_BUYER_KEY") });
const provider = connect({ url, key: setting("SUANPAN_PROVIDER_KEY") });

const buy: Schemas["NewBuyOrder"] = {
  side: "buy",
  market: "AI-FP16/CNY",
  quantity: 2,
  limit_price: "6.00",
  window: { start: "2026-01-01T02:00:00Z", end: "2026-01-01T04:00:00Z" },
};

test("a sell and a buy make a lease that both see", async () => {
  const sell: Schemas["NewSellOrder"] = {
    side: "sell",
    market: "AI-FP16/CNY",
    pool: setting("SUANPAN_POOL"),
    quantity: 4,
    price_unit: "lot",
    limit_price: "5.00",
    window: { start: "2026-01-01T01:00:00Z", end: "2026-01-02T00:00:00Z" },
  };
  taken(await provider.POST("/v1/orders", { params: { header: freshKey() }, body: sell }));
  const asked = taken(await buyer.POST("/v1/orders:preview", { body: buy }));
  assert.equal(asked.fill_lots, 2);

  const header = freshKey();
  const placed = taken(await buyer.POST("/v1/orders", { params: { header }, body: buy }));
  assert.equal(placed.state, "filled");
  const again = await buyer.POST("/v1/orders", { params: { header }, body: buy });
  assert.equal(taken(again).id, placed.id);

  const id = placed.fills[0]?.lease ?? "";
  const lease = taken(await provider.GET("/v1/leases/{id}", { params: { path: { id } } }));
  assert.equal(lease.lots, 2);
  assert.equal(lease.final_windows.length, 0);
});

test("pages follow each other", async () => {
  for (let i = 0; i < 3; ++i)
    taken(await buyer.POST("/v1/orders", {
      params: { header: freshKey() },
      body: { ...buy, limit_price: "1.00" },
    }));
  const seen: string[] = [];
  const read = async (after?: string) =>
    taken(await buyer.GET("/v1/orders", {
      params: { query: { limit: 2, state: "open", ...(after && { after }) } },
    }));
  for await (const order of pages(read)) seen.push(order.id);
  assert.equal(new Set(seen).size, 3);
});

test("a refusal says its code and every fault", async () => {
  const wrong = { ...buy, limit_price: "a lot", quantity: 0 };
  const answer = await buyer.POST("/v1/orders", { params: { header: freshKey() }, body: wrong });
  assert.throws(
    () => taken(answer),
    (error: unknown) =>
      error instanceof Refused &&
      error.problem.code === "invalid_request" &&
      error.problem.errors?.length === 2,
  );
});

test("a buyer hears its order fill, and what everybody hears", async () => {
  const stream = new Stream({
    url,
    key: setting("SUANPAN_BUYER_KEY"),
    WebSocket: WebSocket as unknown as SocketMaker,
  });
  const orders = stream.subscribe("orders");
  const trades = stream.subscribe("trades:AI-FP16/CNY");
  assert.equal((await orders.next()).value?.type, "snapshot");
  assert.equal((await trades.next()).value?.type, "snapshot");

  const placed = taken(
    await buyer.POST("/v1/orders", { params: { header: freshKey() }, body: { ...buy, quantity: 1 } }),
  );
  assert.equal(placed.state, "filled");
  const heard = await orders.next();
  assert.equal(heard.value?.type, "changes");
  assert.equal(heard.value?.items[0]?.id, placed.id);
  assert.equal(heard.value?.items[0]?.state, "filled");
  const trade = await trades.next();
  assert.equal(trade.value?.items[0]?.id, placed.fills[0]?.id);
  assert.ok(!("buyer" in (trade.value?.items[0] ?? {})), "who traded is not said");

  await orders.return(undefined);
  const again = stream.subscribe("orders");
  assert.equal((await again.next()).value?.type, "snapshot", "a channel can be left and taken again");
  await stream.cancelOnDisconnect(false);

  const leaving = new AbortController();
  const quiet = stream.subscribe("leases", leaving.signal);
  assert.equal((await quiet.next()).value?.type, "snapshot");
  const nothing = quiet.next();
  leaving.abort();
  assert.equal((await nothing).done, true, "one can leave while nothing comes");

  stream.close();
  await assert.rejects(again.next(), StreamEnded);
  await assert.rejects(stream.cancelOnDisconnect(), StreamEnded);
});

test("without a key only what is public is heard", async () => {
  const stream = new Stream({ url, WebSocket: WebSocket as unknown as SocketMaker });
  const refused = (code: string) => (error: unknown) =>
    error instanceof StreamRefused && error.code === code;
  const index = stream.subscribe("index");
  assert.equal((await index.next()).value?.type, "snapshot");
  await assert.rejects(stream.subscribe("orders").next(), refused("unauthorized"));
  await assert.rejects(stream.cancelOnDisconnect(), refused("forbidden"));
  const trades = stream.subscribe("trades:AI-FP16/CNY");
  assert.equal((await trades.next()).value?.type, "snapshot", "the others go on");
  stream.close();
  const ended = new Stream({ url: "http://127.0.0.1:1", WebSocket: WebSocket as unknown as SocketMaker });
  await assert.rejects(ended.subscribe("index").next(), StreamEnded);
});
