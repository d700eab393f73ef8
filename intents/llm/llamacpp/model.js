// Makes a tiny model for llama.cpp: a llama of one layer that has learned, from
// the texts it is given, what comes after what, and nothing else. Attention and
// feed-forward are zero, the embedding of a token is an axis of its own, and the
// output says of each axis which token follows. So it says a text by heart from
// its first token on, through all of llama.cpp's machinery.
import { writeFileSync } from "node:fs";

const types = { u32: 4, f32: 6, bool: 7, string: 8, array: 9, i32: 5 };
const kinds = { normal: 1, unknown: 2, control: 3, byte: 6 };

/** The vocabulary: special tokens, all bytes, and the pieces of the texts. */
export function vocabulary(texts) {
  const tokens = [
    { text: "<unk>", kind: kinds.unknown },
    { text: "<s>", kind: kinds.control },
    { text: "</s>", kind: kinds.control },
  ];
  for (let b = 0; b < 256; b++) tokens.push({ text: `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`, kind: kinds.byte });
  const ids = new Map();
  for (const name of Object.keys(texts)) {
    ids.set(name, tokens.length);
    tokens.push({ text: `<|${name}|>`, kind: kinds.control });
  }
  return { tokens, starts: ids };
}

/**
 * Writes a model that says texts[name] after the token <|name|>. A text is a
 * list of pieces, each said as one token; a number is said as that byte; true at
 * the end makes it go round for ever.
 */
export function writeModel(path, texts, width = 512) {
  const { tokens, starts } = vocabulary(texts);
  const known = new Map(tokens.map((t, i) => [t.text, i]));
  const follows = new Map();
  const id = (piece) => {
    if (typeof piece === "number") return 3 + piece;
    if (!known.has(piece)) {
      known.set(piece, tokens.length);
      tokens.push({ text: piece, kind: kinds.normal });
    }
    return known.get(piece);
  };
  for (const [name, pieces] of Object.entries(texts)) {
    const endless = pieces.at(-1) === true;
    const chain = pieces.filter((p) => p !== true).map(id);
    const all = [starts.get(name), ...chain, endless ? chain[0] : 2];
    for (let i = 0; i + 1 < all.length; i++) {
      if (follows.has(all[i]) && follows.get(all[i]) !== all[i + 1]) throw new Error(`two tokens follow ${tokens[all[i]].text}`);
      follows.set(all[i], all[i + 1]);
    }
  }
  if (tokens.length > width) throw new Error(`${tokens.length} tokens, want at most ${width}`);
  writeFileSync(path, gguf(metadata(tokens, width), tensors(tokens.length, width, follows)));
}

function metadata(tokens, width) {
  return [
    ["general.architecture", "string", "llama"],
    ["general.name", "string", "by heart"],
    ["llama.context_length", "u32", 4096],
    ["llama.embedding_length", "u32", width],
    ["llama.block_count", "u32", 1],
    ["llama.feed_forward_length", "u32", 64],
    ["llama.attention.head_count", "u32", 8],
    ["llama.attention.head_count_kv", "u32", 8],
    ["llama.attention.layer_norm_rms_epsilon", "f32", 1e-6],
    ["llama.rope.dimension_count", "u32", width / 8],
    ["tokenizer.ggml.model", "string", "llama"],
    ["tokenizer.ggml.tokens", "array", ["string", tokens.map((t) => t.text)]],
    ["tokenizer.ggml.scores", "array", ["f32", tokens.map(() => 0)]],
    ["tokenizer.ggml.token_type", "array", ["i32", tokens.map((t) => t.kind)]],
    ["tokenizer.ggml.bos_token_id", "u32", 1],
    ["tokenizer.ggml.eos_token_id", "u32", 2],
    ["tokenizer.ggml.unknown_token_id", "u32", 0],
    ["tokenizer.ggml.add_bos_token", "bool", true],
    ["tokenizer.ggml.add_space_prefix", "bool", false],
  ];
}

function tensors(count, width, follows) {
  const zero = (...shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) });
  const ones = { shape: [width], data: new Float32Array(width).fill(1) };
  const embedding = zero(width, count);
  for (let i = 0; i < count; i++) embedding.data[i * width + i] = 1;
  const output = zero(width, count);
  for (const [from, to] of follows) output.data[to * width + from] = 2;
  return {
    "token_embd.weight": embedding,
    "blk.0.attn_norm.weight": ones,
    "blk.0.attn_q.weight": zero(width, width),
    "blk.0.attn_k.weight": zero(width, width),
    "blk.0.attn_v.weight": zero(width, width),
    "blk.0.attn_output.weight": zero(width, width),
    "blk.0.ffn_norm.weight": ones,
    "blk.0.ffn_gate.weight": zero(width, 64),
    "blk.0.ffn_up.weight": zero(width, 64),
    "blk.0.ffn_down.weight": zero(64, width),
    "output_norm.weight": ones,
    "output.weight": output,
  };
}

/** Lays out a GGUF file, version 3. */
function gguf(metadata, tensors) {
  const parts = [];
  const add = (size, write) => {
    const b = Buffer.alloc(size);
    write(b);
    parts.push(b);
  };
  const u32 = (n) => add(4, (b) => b.writeUInt32LE(n));
  const u64 = (n) => add(8, (b) => b.writeBigUInt64LE(BigInt(n)));
  const string = (s) => {
    const b = Buffer.from(s);
    u64(b.length);
    parts.push(b);
  };
  const value = (type, v) => {
    if (type === "string") string(v);
    else if (type === "bool") parts.push(Buffer.from([v ? 1 : 0]));
    else if (type === "f32") add(4, (b) => b.writeFloatLE(v));
    else if (type === "array") {
      u32(types[v[0]]);
      u64(v[1].length);
      for (const x of v[1]) value(v[0], x);
    } else u32(v);
  };
  parts.push(Buffer.from("GGUF"));
  u32(3);
  u64(Object.keys(tensors).length);
  u64(metadata.length);
  for (const [key, type, v] of metadata) {
    string(key);
    u32(types[type]);
    value(type, v);
  }
  let offset = 0;
  const align = (n) => Math.ceil(n / 32) * 32;
  for (const [name, t] of Object.entries(tensors)) {
    string(name);
    u32(t.shape.length);
    t.shape.forEach(u64);
    u32(0); // F32
    u64(offset);
    offset = align(offset + t.data.byteLength);
  }
  const pad = () => {
    const size = parts.reduce((n, p) => n + p.length, 0);
    parts.push(Buffer.alloc(align(size) - size));
  };
  pad();
  for (const t of Object.values(tensors)) {
    parts.push(Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength));
    pad();
  }
  return Buffer.concat(parts);
}
