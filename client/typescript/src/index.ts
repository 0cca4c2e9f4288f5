// Suanpan's API for programs in TypeScript. The types are made of api/openapi.yaml when this is
// built: a wrong path, field or word does not compile.

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type { operations, paths } from "./schema.js";
export * from "./stream.js";
export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];
export type Api = Client<paths>;

export interface Connection {
  /** Such as "https://exchange.example". */
  url: string;
  /** "sk_…"; left out for what is public. */
  key?: string;
  fetch?: typeof fetch;
}

export function connect({ url, key, fetch }: Connection): Api {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  return createClient<paths>({ baseUrl: url, headers, ...(fetch && { fetch }) });
}

/** For the header of a change. Keep it to repeat the same change after a 5xx or a lost connection. */
export function freshKey(): { "Idempotency-Key": string } {
  return { "Idempotency-Key": crypto.randomUUID() };
}

/** The server's refusal; build on `problem.code`. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

/** What was answered, or throws `Refused`. */
export function taken<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.error !== undefined) throw new Refused(answer.error as Problem);
  return answer.data as Data;
}

/** All items of a list, page after page. */
export async function* pages<Item>(
  read: (after?: string) => Promise<{ items: Item[]; has_more: boolean; next?: string }>,
): AsyncGenerator<Item> {
  for (let after: string | undefined; ; ) {
    const page = await read(after);
    yield* page.items;
    if (!page.has_more) return;
    after = page.next;
  }
}
