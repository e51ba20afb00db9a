// The picture of a run, from the shapes that the checker placed.

const PATTERNS = ["solid", "dashed", "dotted"];
const ANCHORS = ["start", "middle", "end"];

class Ladder {
  /** `chosen(step)` is called when the place of a step is clicked. */
  constructor(run, texts, chosen) {
    const [width, height] = run.ladder.size;
    this.groups = [];
    this.bands = run.ladder.rows.map(([top, tall], row) => draw("rect", {
      class: "band", x: 0, y: top, width, height: tall, click: () => chosen(row + 1),
    }));
    this.element = draw("svg", {
      class: "ladder", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true",
    });
    for (const shape of run.ladder.shapes) this.group(shape[1]).append(...this.shape(shape, texts));
    this.element.append(...this.bands);
  }

  /** What lies above what is as in the list of shapes: a step may have several groups. */
  group(step) {
    const last = this.groups.at(-1);
    if (last && last[0] === step) return last[1];
    const group = draw("g", { "data-step": step });
    this.groups.push([step, group]);
    this.element.append(group);
    return group;
  }

  shape([sort, , colour, ...rest], texts) {
    return this[{ l: "line", t: "words", b: "box" }[sort]](colour, rest, texts);
  }

  line(colour, [pattern, width, points, head]) {
    const line = draw("polyline", {
      class: `s-${colour} ${PATTERNS[pattern]}`, "stroke-width": width, points: points.join(" "),
    });
    return head.length ? [line, draw("polygon", { class: `f-${colour}`, points: head.join(" ") })] : [line];
  }

  words(colour, [x, y, size, anchor, bold, text], texts) {
    const look = `f-${colour}${bold ? " bold" : ""}`;
    return [draw("text", { class: look, x, y, "font-size": size, "text-anchor": ANCHORS[anchor] }, texts[text])];
  }

  box(colour, [fill, x, y, width, height, round]) {
    const look = { class: fill === "halo" ? "halo" : `s-${colour} f-${fill}` };
    if (!round) return [draw("rect", { ...look, x, y, width, height })];
    const [rx, ry] = [width / 2, height / 2];
    return [draw("ellipse", { ...look, cx: x + rx, cy: y + ry, rx, ry })];
  }

  /** Marks a step, and what is still to come as such. */
  show(step) {
    for (const [number, group] of this.groups) group.classList.toggle("later", number > step);
    this.bands.forEach((band, row) => band.classList.toggle("now", row + 1 === step));
    const box = this.element.parentElement;
    if (!box || !step || !this.bands.length) return;
    const scale = this.element.clientHeight / this.element.viewBox.baseVal.height || 1;
    const band = this.bands[step - 1];
    const top = band.y.baseVal.value * scale, bottom = top + band.height.baseVal.value * scale;
    if (top < box.scrollTop || bottom > box.scrollTop + box.clientHeight) {
      box.scrollTop = (top + bottom - box.clientHeight) / 2;
    }
  }
}
