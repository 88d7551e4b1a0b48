// Decodes in Node: one JSON document in, one out.
"use strict";

const fs = require("node:fs");

require("../../docs/assets/decoder.js");

const { manifest, weights, z, classes, halves } = JSON.parse(fs.readFileSync(0, "utf8"));
const buffer = Uint8Array.from(Buffer.from(weights, "base64")).buffer;
const decoder = new globalThis.vaeDecoder.Decoder(manifest, buffer);
const images = z.map((vector, k) => Array.from(decoder.decode(vector, classes[k])));
process.stdout.write(JSON.stringify({ images, halves: halves.map(globalThis.vaeDecoder.half) }));
