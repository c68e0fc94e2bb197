// SPDX-License-Identifier: Apache-2.0
// The queue of acts on this telephone (IndexedDB), photos and all. An act leaves it when the city has answered for it.

/** A photo, and when and where it was taken: instants in ISO 8601, degrees WGS 84, metres. */
export interface Photo {
  blob: Blob;
  name: string;
  at: string;
  lon: number | null;
  lat: number | null;
  unsure: number | null;
}

/** One act: what was done, and what it was based on: the last step that was seen, or the act of theirs that it follows. */
export interface Act {
  key: string;
  order: number;
  who: string;
  case: string;
  step: string;
  title: string;
  text: string;
  seen: string;
  follows: string;
  at: string;
  photos: Photo[];
  status: "waiting" | "conflict" | "refused";
  said: string;
  uid: string;
}

const NAME = "belltower-field";
const ACTS = "acts";

export async function put(act: Act): Promise<void> {
  await asked((await store("readwrite")).put(act));
}

export async function remove(key: string): Promise<void> {
  await asked((await store("readwrite")).delete(key));
}

/** Everything of this person's, in the order in which it was done. */
export async function all(who: string): Promise<Act[]> {
  const acts = (await asked((await store("readonly")).getAll())) as Act[];
  return acts.filter((act) => act.who === who).sort((one, other) => one.order - other.order);
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(ACTS, { keyPath: "key" });
  const database = await asked(opening);
  const transaction = database.transaction(ACTS, mode);
  transaction.addEventListener("complete", () => database.close());
  return transaction.objectStore(ACTS);
}

function asked<Kind>(request: IDBRequest<Kind>): Promise<Kind> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}
