// The rate–distortion results to touch: a slider over the trained weights β, with what each costs.
//
// All numbers stand in the page, written there from the experiment's result file when it was built.
"use strict";

(() => {
  const { html, svg, number, axis, slider, start } = window.vaeTouch;
  const title = (name) => (Number.isNaN(Number(name)) ? name : `β = ${name}`);
  const digits = (value) => (value >= 100 ? 0 : value >= 0.05 ? 1 : 4);
  const nats = (value) => number(value, digits(Math.abs(value)));

  class Beta {
    constructor(place) {
      this.place = place;
      this.values = JSON.parse(place.dataset.values);
      this.x = axis(this.values.x);
      this.y = axis(this.values.y);
      this.build();
      this.show(this.values.start);
    }

    build() {
      const { stops, start: first } = this.values;
      const drawing = this.place.querySelector(".beta-curve");
      this.equal = svg("path", { class: "equal" });
      this.legs = svg("path", { class: "legs" });
      this.here = svg("circle", { class: "here", r: 5.5 });
      drawing.append(this.equal, this.legs, this.here);
      this.slider = slider({
        name: "β", label: "Weight of the KL term", min: 0, max: stops.length - 1, step: 1, value: first,
        spoken: (k) => title(stops[k].name).replace("β = ", ""), changed: (k) => this.show(k),
      });
      this.cells = ["rate", "distortion", "loss"].map((key, k) => {
        const value = html("b");
        const spread = html("small");
        const name = ["Rate", "Distortion", "−ELBO"][k];
        const term = ["KL[q(z|x) ‖ p(z)]", "−E[log p(x|z)]", "rate + distortion; dashed: equal"][k];
        return { key, value, spread, cell: html("div", {}, html("span", {}, name), value, spread, html("small", {}, term)) };
      });
      const numbers = html("div", { class: "touch-numbers" }, ...this.cells.map(({ cell }) => cell));
      drawing.after(this.slider.row, numbers);
    }

    show(k) {
      const stop = this.values.stops[k];
      const [rate, distortion, loss] = [stop.rate[0], stop.distortion[0], stop.loss[0]];
      const [x, y] = [this.x.at(rate), this.y.at(distortion)];
      this.here.setAttribute("cx", x);
      this.here.setAttribute("cy", y);
      this.legs.setAttribute("d", `M${x} ${y}V${this.y.from}M${x} ${y}H${this.x.from}`);
      this.showEqual(loss);
      for (const { key, value, spread } of this.cells) {
        const [mean, low, high] = stop[key];
        value.textContent = `${nats(mean)} nats`;
        spread.textContent = `[${nats(low)}, ${nats(high)}]`;
      }
      Object.assign(this.place.dataset, { weight: stop.name, rate, distortion });
    }

    // Where rate + distortion is what it is here, inside the drawing.
    showEqual(loss) {
      const points = [];
      for (let k = 0; k <= 200; k += 1) {
        const place = this.x.from + ((this.x.to - this.x.from) * k) / 200;
        const y = this.y.at(loss - this.x.value(place));
        if (y <= this.y.from && y >= this.y.to) points.push(`${place.toFixed(1)} ${y.toFixed(1)}`);
      }
      this.equal.setAttribute("d", points.length ? `M${points.join("L")}` : "");
    }
  }

  start("beta", (place) => new Beta(place));
})();
