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

/** The server has refused what was asked; build on `code`. */
export class StreamRefused extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(`${code}: ${detail}`);
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

/** The server beats every second in which it has nothing else to say. */
const SILENCE_MS = 5_000;

interface Listener {
  seq: number | undefined;
  hear(update: Update<Channel>): void;
  end(error: Error): void;
}

/** A cancel_on_disconnect that was not answered yet. */
interface Wish {
  granted(): void;
  refused(error: Error): void;
}

interface ServerError {
  type: "error";
  code: string;
  detail: string;
  op?: string;
  channel?: string;
}

export class Stream {
  readonly #socket: Socket;
  readonly #opened: Promise<void>;
  readonly #listeners = new Map<string, Listener>();
  readonly #wishes: Wish[] = [];
  #ended: Error | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor({ url, key, WebSocket }: StreamConnection) {
    const Maker = WebSocket ?? (globalThis as unknown as { WebSocket: SocketMaker }).WebSocket;
    const target = new URL("/v1/stream", url);
    target.protocol = target.protocol === "https:" ? "wss:" : "ws:";
    const protocols = key === undefined ? ["suanpan"] : ["suanpan", `bearer.${key}`];
    this.#socket = new Maker(target.href, protocols);
    this.#opened = new Promise((resolve, reject) => {
      this.#socket.onopen = () => {
        this.#hearAgain();
        resolve();
      };
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

  /**
   * Snapshot and changes, until the loop is left, `signal` aborts, or the stream ends, which throws.
   * What is not taken out waits in memory: the server's own patience is with the connection only.
   */
  async *subscribe<Name extends Channel>(
    channel: Name,
    signal?: AbortSignal,
  ): AsyncGenerator<Update<Name>> {
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
        failure ??= error;
        wake();
      },
    });
    const abort = (): void => wake();
    signal?.addEventListener("abort", abort);
    try {
      await this.#opened;
      this.#socket.send(JSON.stringify({ op: "subscribe", channel }));
      while (signal?.aborted !== true) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (failure !== undefined) throw failure;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#listeners.delete(channel);
      if (this.#ended === undefined && !(failure instanceof StreamRefused))
        this.#socket.send(JSON.stringify({ op: "unsubscribe", channel }));
    }
  }

  /**
   * The orders that this key has placed are cancelled when the connection ends, however it does.
   * In force once this has resolved.
   */
  async cancelOnDisconnect(enabled = true): Promise<void> {
    await this.#opened;
    if (this.#ended !== undefined) throw this.#ended;
    await new Promise<void>((granted, refused) => {
      this.#wishes.push({ granted, refused });
      this.#socket.send(JSON.stringify({ op: "cancel_on_disconnect", enabled }));
    });
  }

  close(): void {
    this.#end(new StreamEnded(1000, "closed"));
    this.#socket.close();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    clearTimeout(this.#silence);
    for (const wish of this.#wishes.splice(0)) wish.refused(this.#ended);
    for (const listener of this.#listeners.values()) listener.end(this.#ended);
  }

  /** A connection that is gone without a word is known by its silence. */
  #hearAgain(): void {
    clearTimeout(this.#silence);
    if (this.#ended !== undefined) return;
    this.#silence = setTimeout(() => {
      this.#end(new StreamEnded(1006, "nothing was heard for too long"));
      this.#socket.close();
    }, SILENCE_MS);
  }

  #take(text: string): void {
    this.#hearAgain();
    const message = JSON.parse(text) as
      | Update<Channel>
      | ServerError
      | { type: "cancel_on_disconnect" | "heartbeat" | "resync" | "server_shutdown" };
    switch (message.type) {
      case "error":
        return this.#refuse(message);
      case "cancel_on_disconnect":
        return this.#wishes.shift()?.granted();
      case "snapshot":
      case "changes":
        return this.#deliver(message);
    }
  }

  #refuse({ code, detail, op, channel }: ServerError): void {
    const error = new StreamRefused(code, detail);
    if (op === "cancel_on_disconnect") this.#wishes.shift()?.refused(error);
    // Left before the server knew of it: there is nobody to tell.
    if (op === "subscribe" && channel !== undefined) this.#listeners.get(channel)?.end(error);
  }

  #deliver(update: Update<Channel>): void {
    const listener = this.#listeners.get(update.channel);
    // Nobody's any more, or still of a subscription before this one.
    if (listener === undefined) return;
    if (listener.seq === undefined && update.type !== "snapshot") return;
    if (update.type === "changes" && update.seq !== (listener.seq ?? 0) + 1) {
      this.#end(new Error(`${update.channel} has a gap before ${update.seq}`));
      return this.#socket.close();
    }
    listener.seq = update.seq;
    listener.hear(update);
  }
}
