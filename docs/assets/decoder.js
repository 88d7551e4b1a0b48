// The decoder of a trained model in plain JavaScript: (z, class) → the mean of p(x|z, c).
//
// It reads what `vaemodels export` writes: decoder.json, a list of layers, and decoder.f16, their weights as
// little-endian half-precision numbers. Tests hold it against torch to 1e-3, in Node and in Chromium.
"use strict";

(() => {
  // Half precision: 1 bit sign, 5 bits exponent (bias 15), 10 bits fraction; exponent 0 is subnormal.
  const half = (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  };

  const halves = (buffer) => {
    const view = new DataView(buffer);
    const numbers = new Float32Array(buffer.byteLength / 2);
    for (let k = 0; k < numbers.length; k += 1) numbers[k] = half(view.getUint16(2 * k, true));
    return numbers;
  };

  const sigmoid = (x) => 1 / (1 + Math.exp(-x));

  // Where column k of a kernel meets the image: the first and the last step whose place,
  // step · stride − padding + k, lies in 0 … size − 1.
  const span = (size, steps, stride, padding, k) => [
    Math.max(0, Math.ceil((padding - k) / stride)),
    Math.min(steps - 1, Math.floor((size - 1 + padding - k) / stride)),
  ];

  const linear = ({ data }, { weight, bias }) => {
    const [rows, columns] = weight.shape;
    const w = weight.data;
    const out = new Float32Array(rows);
    for (let row = 0; row < rows; row += 1) {
      const end = (row + 1) * columns;
      let at = row * columns;
      let k = 0;
      let a = bias.data[row];
      let b = 0;
      let c = 0;
      let d = 0;
      for (; at + 3 < end; at += 4, k += 4) {
        a += w[at] * data[k];
        b += w[at + 1] * data[k + 1];
        c += w[at + 2] * data[k + 2];
        d += w[at + 3] * data[k + 3];
      }
      for (; at < end; at += 1, k += 1) a += w[at] * data[k];
      out[row] = a + b + c + d;
    }
    return { data: out, shape: [rows] };
  };

  // out (rows, size) += w (rows, inner) · data (inner, size), where w's entry (r, k) stands at
  // r · rowStep + k · innerStep. Four of the inner index at once: a quarter of the loads and stores.
  const addProduct = (out, w, data, rows, inner, size, rowStep, innerStep) => {
    for (let r = 0; r < rows; r += 1) {
      const to = r * size;
      let k = 0;
      for (; k + 3 < inner; k += 4) {
        const at = r * rowStep + k * innerStep;
        const w0 = w[at];
        const w1 = w[at + innerStep];
        const w2 = w[at + 2 * innerStep];
        const w3 = w[at + 3 * innerStep];
        const from = k * size;
        for (let p = 0; p < size; p += 1) {
          out[to + p] += w0 * data[from + p] + w1 * data[from + size + p]
            + w2 * data[from + 2 * size + p] + w3 * data[from + 3 * size + p];
        }
      }
      for (; k < inner; k += 1) {
        const one = w[r * rowStep + k * innerStep];
        for (let p = 0; p < size; p += 1) out[to + p] += one * data[k * size + p];
      }
    }
  };

  const filled = (channels, size, bias) => {
    const out = new Float32Array(channels * size);
    for (let channel = 0; channel < channels; channel += 1) {
      out.fill(bias[channel], channel * size, (channel + 1) * size);
    }
    return out;
  };

  // For each channel and each place in the kernel, calls move(row, from, to) with the index of a column in
  // the table (channel · rows · columns, tall · wide) and of the pixel that it belongs to.
  const alignments = (channels, [height, width], [rows, columns], [tall, wide], { stride, padding }, move) => {
    let row = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      for (let ky = 0; ky < rows; ky += 1) {
        const [top, bottom] = span(height, tall, stride, padding, ky);
        for (let kx = 0; kx < columns; kx += 1, row += 1) {
          const [left, right] = span(width, wide, stride, padding, kx);
          for (let y = top; y <= bottom; y += 1) {
            const pixel = (channel * height + y * stride - padding + ky) * width - padding + kx;
            const cell = (row * tall + y) * wide;
            for (let x = left; x <= right; x += 1) move(cell + x, pixel + x * stride);
          }
        }
      }
    }
  };

  // Kept from image to image, so that nothing large is thrown away while a reader drags.
  const table = (layer, size) => {
    if (layer.table?.length === size) return layer.table.fill(0);
    layer.table = new Float32Array(size);
    return layer.table;
  };

  // A convolution is a matrix product with a table of the patches of the image.
  const convolution = ({ data, shape: [inputs, height, width] }, layer) => {
    const { weight, bias, stride, padding } = layer;
    const [outputs, , rows, columns] = weight.shape;
    const tall = Math.floor((height + 2 * padding - rows) / stride) + 1;
    const wide = Math.floor((width + 2 * padding - columns) / stride) + 1;
    const patch = inputs * rows * columns;
    const patches = table(layer, patch * tall * wide);
    alignments(inputs, [height, width], [rows, columns], [tall, wide], layer, (cell, pixel) => {
      patches[cell] = data[pixel];
    });
    const out = filled(outputs, tall * wide, bias.data);
    addProduct(out, weight.data, patches, outputs, patch, tall * wide, patch, 1);
    return { data: out, shape: [outputs, tall, wide] };
  };

  // The transposed convolution: the product first, then every patch is added where it belongs.
  const transposed = ({ data, shape: [inputs, height, width] }, layer) => {
    const { weight, bias, stride, padding } = layer;
    const [, outputs, rows, columns] = weight.shape;
    const tall = (height - 1) * stride - 2 * padding + rows;
    const wide = (width - 1) * stride - 2 * padding + columns;
    const patch = outputs * rows * columns;
    const patches = table(layer, patch * height * width);
    addProduct(patches, weight.data, data, patch, inputs, height * width, 1, patch);
    const out = filled(outputs, tall * wide, bias.data);
    alignments(outputs, [tall, wide], [rows, columns], [height, width], layer, (cell, pixel) => {
      out[pixel] += patches[cell];
    });
    return { data: out, shape: [outputs, tall, wide] };
  };

  const shuffled = ({ data, shape: [inputs, height, width] }, { factor }) => {
    const channels = inputs / factor ** 2;
    const [tall, wide] = [height * factor, width * factor];
    const out = new Float32Array(data.length);
    for (let c = 0; c < inputs; c += 1) {
      const channel = Math.floor(c / factor ** 2);
      const [i, j] = [Math.floor(c / factor) % factor, c % factor];
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          out[(channel * tall + y * factor + i) * wide + x * factor + j] = data[(c * height + y) * width + x];
        }
      }
    }
    return { data: out, shape: [channels, tall, wide] };
  };

  const each = ({ data, shape }, f) => ({ data: data.map(f), shape });

  const apply = (x, layer) => {
    switch (layer.op) {
      case "linear": return linear(x, layer);
      case "conv": return convolution(x, layer);
      case "conv_transpose": return transposed(x, layer);
      case "silu": return each(x, (v) => v * sigmoid(v));
      case "sigmoid": return each(x, sigmoid);
      case "reshape": return { data: x.data, shape: layer.shape };
      case "flatten": return { data: x.data, shape: [x.data.length] };
      case "pixel_shuffle": return shuffled(x, layer);
      case "residual": {
        const branch = layer.inner.reduce(apply, x);
        return { data: x.data.map((v, k) => v + branch.data[k]), shape: x.shape };
      }
      default: throw new Error(`There is no layer ${layer.op}.`);
    }
  };

  // With every weight a view into the numbers of decoder.f16.
  const bound = (layers, numbers) => {
    const view = ({ shape, offset }) => {
      const end = offset + shape.reduce((a, b) => a * b, 1);
      if (end > numbers.length) throw new Error("The weights end too early.");
      return { shape, data: numbers.subarray(offset, end) };
    };
    return layers.map((layer) => ({
      ...layer,
      ...(layer.weight && { weight: view(layer.weight), bias: view(layer.bias) }),
      ...(layer.inner && { inner: bound(layer.inner, numbers) }),
    }));
  };

  class Decoder {
    // manifest: what decoder.json holds; buffer: an ArrayBuffer, what decoder.f16 holds.
    constructor(manifest, buffer) {
      this.latent = manifest.latent;
      this.classes = manifest.classes;
      this.shape = manifest.image_shape;
      this.layers = bound(manifest.layers, halves(buffer));
    }

    // The mean of p(x|z, c): Float32Array of channels · height · width numbers.
    decode(z, c) {
      const data = new Float32Array(this.latent + this.classes.length);
      data.set(z);
      if (this.classes.length) data[this.latent + c] = 1;
      return this.layers.reduce(apply, { data, shape: [data.length] }).data;
    }
  }

  globalThis.vaeDecoder = { Decoder, half };
})();
