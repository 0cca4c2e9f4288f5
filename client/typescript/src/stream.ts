// The stream (GET /v1/stream): a channel's snapshot and then what changes, none missing and none
// twice. Whoever falls behind or loses the connection opens a new one.

import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** A trade without who traded. */
export type PublicTrade = Pick<
  Schemas["Trade"],
  "id" | "market" | "time" | "lots" | "window" | "price" | "price_unit" | "rate" | "log_index"
>;

/** What an item of a channel is. */
export interface Items {
  orders: Schemas["Order"];
  leases: Schemas["Lease"];
  readings: Schemas["Reading"];
  index: Schemas["Market"];
  /** `orders` is 0 where the level is gone. */
  [book: `book:${string}`]: Schemas["BookLevel"] & { side: Schemas["Side"] };
  [trades: `trades:${string}`]: PublicTrade;
}
export type Channel = keyof Items & string;

export interface Update<Name extends Channel> {
  /** A snapshot replaces what was known of the channel. */
  type: "snapshot" | "changes";
  channel: Name;
  seq: number;
  /** The log's length after the commit that this tells of. */
  log_size: number;
  /** Of a snapshot: false when there are more items than it holds. */
  complete?: boolean;
  items: Items[Name][];
}

/** Why there is no more to hear; `code` is the WebSocket's. */
export class StreamEnded extends Error {
  constructor(readonly code: number, reason: string) {
    super(`the stream ended (${code}${reason && `: ${reason}`})`);
  }
}

/** What is used of a WebSocket; a browser's own fits. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown } & never) => void) | null;
  onclose: ((event: { code: number; reason: string } & never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}
export type SocketMaker = new (url: string, protocols: string[]) => Socket;

export interface StreamConnection {
  /** Of the exchange, such as "https://exchange.example". */
  url: string;
  /** "sk_…"; without one only what is public is heard. */
  key?: string;
  /** Where there is no WebSocket of the environment's own. */
  WebSocket?: SocketMaker;
}

interface Listener {
  seq: number | undefined;
  hear(update: Update<Channel>): void;
  end(error: Error): void;
}

export class Stream {
  readonly #socket: Socket;
  readonly #opened: Promise<void>;
  readonly #listeners = new Map<string, Listener>();
  #ended: Error | undefined;

  constructor({ url, key, WebSocket }: StreamConnection) {
    const Maker = WebSocket ?? (globalThis as unknown as { WebSocket: SocketMaker }).WebSocket;
    const target = new URL("/v1/stream", url);
    target.protocol = target.protocol === "https:" ? "wss:" : "ws:";
    const protocols = key === undefined ? ["suanpan"] : ["suanpan", `bearer.${key}`];
    this.#socket = new Maker(target.href, protocols);
    this.#opened = new Promise((resolve, reject) => {
      this.#socket.onopen = () => resolve();
      this.#socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
        this.#end(new StreamEnded(code, reason));
        reject(this.#ended);
      };
    });
    // Whoever waits for the opening hears of its failure; nobody else need.
    this.#opened.catch(() => undefined);
    this.#socket.onerror = () => undefined; // a close follows
    this.#socket.onmessage = ({ data }: { data: unknown }) => this.#take(String(data));
  }

  /** Snapshot and changes, until the loop is left or the stream ends, which throws. */
  async *subscribe<Name extends Channel>(channel: Name): AsyncGenerator<Update<Name>> {
    if (this.#listeners.has(channel)) throw new Error(`${channel} is subscribed already`);
    const waiting: Update<Name>[] = [];
    let failure = this.#ended;
    let wake = (): void => undefined;
    this.#listeners.set(channel, {
      seq: undefined,
      hear: (update) => {
        waiting.push(update as Update<Name>);
        wake();
      },
      end: (error) => {
        failure = error;
        wake();
      },
    });
    try {
      await this.#opened;
      this.#socket.send(JSON.stringify({ op: "subscribe", channel }));
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (failure !== undefined) throw failure;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#listeners.delete(channel);
      if (this.#ended === undefined)
        this.#socket.send(JSON.stringify({ op: "unsubscribe", channel }));
    }
  }

  /** The orders that this key has placed are cancelled when the connection ends, however it does. */
  async cancelOnDisconnect(enabled = true): Promise<void> {
    await this.#opened;
    this.#socket.send(JSON.stringify({ op: "cancel_on_disconnect", enabled }));
  }

  close(): void {
    this.#socket.close();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const listener of this.#listeners.values()) listener.end(this.#ended);
  }

  #take(text: string): void {
    const message = JSON.parse(text) as Update<Channel> | { type: string; detail?: string };
    if (message.type === "error") {
      this.#end(new Error((message as { detail?: string }).detail));
      return this.close();
    }
    if (!("channel" in message)) return; // a heartbeat, or a goodbye before the end
    const listener = this.#listeners.get(message.channel);
    if (listener === undefined) return;
    const follows = message.type === "snapshot" || message.seq === (listener.seq ?? NaN) + 1;
    if (!follows) {
      this.#end(new Error(`${message.channel} has a gap before ${message.seq}`));
      return this.close();
    }
    listener.seq = message.seq;
    listener.hear(message);
  }
}
