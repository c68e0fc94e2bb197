// SPDX-License-Identifier: Apache-2.0
// A proof checked by the browser alone: hashes as in RFC 9162, section 2.1, over SHA-256, and Ed25519 (RFC 8032).
// @noble's libraries are used because crypto.subtle is absent where a page comes over plain http.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

export interface Head {
  size: number;
  root: string;
  at: string;
  algorithm: string;
  key: string;
  signature: string;
  public_key: string;
}

export interface Row {
  table: string;
  version: number;
  id: number;
  salt: string;
  text: string;
  index?: number;
  count?: number;
  path?: string[];
  before?: string;
}

export interface Proof {
  format: string;
  entry: { position: number; text: string };
  inclusion: string[];
  head: Head;
  row?: Row;
}

export type Step = "text" | "row" | "leaf" | "path" | "root" | "signature";
export interface Found {
  step: Step;
  holds: boolean;
  value: string;
}

const ALGORITHM = "ed25519-sha256";
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Every step in its order, up to the first that does not hold. `shown` is the text that the page shows. */
export function* check(proof: Proof, shown: string, knownKey: string): Generator<Found> {
  yield { step: "text", holds: proof.format === "belltower proof 1" && proof.entry.text === shown, value: "" };
  if (proof.row) {
    const found = commitmentOf(proof.row);
    yield { step: "row", holds: isCommittedTo(proof.row, found, proof.entry.text), value: found };
  }
  const leaf = sha256(concatBytes(LEAF, utf8ToBytes(proof.entry.text)));
  yield { step: "leaf", holds: true, value: bytesToHex(leaf) };
  const root = rootByPath(leaf, proof.entry.position, proof.head.size, proof.inclusion);
  yield { step: "path", holds: root !== null, value: root ? bytesToHex(root) : "" };
  yield { step: "root", holds: root !== null && bytesToHex(root) === proof.head.root, value: proof.head.root };
  yield { step: "signature", holds: isSigned(proof.head, knownKey), value: proof.head.public_key };
}

/** What is signed of a head: check_proof.py writes the same lines. */
export function textOf(head: Head): string {
  return [
    "belltower head 1",
    `size ${head.size}`,
    `root ${head.root}`,
    `at ${head.at}`,
    `algorithm ${head.algorithm}`,
    `key ${head.key}`,
  ].join("\n");
}

/** RFC 9162, 2.1.3.2: the root to which the path leads from a leaf; null where it is too long or too short. */
function rootByPath(start: Uint8Array, at: number, size: number, path: string[]): Uint8Array | null {
  let found = start;
  let index = BigInt(at);
  let last = BigInt(size) - 1n;
  if (index > last) return null;
  for (const step of path) {
    if (last === 0n) return null;
    const beside = hexToBytes(step);
    if (index % 2n === 1n || index === last) {
      found = sha256(concatBytes(NODE, beside, found));
      while (index % 2n === 0n && index > 0n) [index, last] = [index >> 1n, last >> 1n];
    } else {
      found = sha256(concatBytes(NODE, found, beside));
    }
    [index, last] = [index >> 1n, last >> 1n];
  }
  return last === 0n ? found : null;
}

function isSigned(head: Head, knownKey: string): boolean {
  const known = knownKey.trim().toLowerCase() || head.public_key;
  if (head.algorithm !== ALGORITHM || known !== head.public_key) return false;
  const key = hexToBytes(known);
  if (bytesToHex(sha256(key)) !== head.key) return false;
  return ed25519.verify(hexToBytes(head.signature), utf8ToBytes(textOf(head)), key, { zip215: false });
}

/** What the row comes to: its own commitment, or the root of its batch. */
function commitmentOf(row: Row): string {
  const own = sha256(concatBytes(LEAF, hexToBytes(row.salt), utf8ToBytes(row.text)));
  if (row.path === undefined) return bytesToHex(own);
  const start = row.before ? sha256(concatBytes(LEAF, hexToBytes(row.before), own)) : own;
  const root = rootByPath(start, row.index ?? 0, row.count ?? 0, row.path);
  return root ? bytesToHex(root) : "";
}

function isCommittedTo(row: Row, found: string, entry: string): boolean {
  const facts = new Map(entry.split("\n").slice(1).map(parted));
  const isThisOne = row.path === undefined ? facts.get("row") === String(row.id) : facts.get("rows") === String(row.count);
  const isItsText = (JSON.parse(row.text) as unknown[])[0] === row.id;
  return isThisOne && isItsText && facts.get("table") === `${row.table} ${row.version}` && found === facts.get("after");
}

function parted(line: string): [string, string] {
  const at = line.indexOf(" ");
  return [line.slice(0, at), line.slice(at + 1)];
}
