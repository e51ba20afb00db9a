// A run step by step: the ladder, the rows that fire, the state of both ends, what is in flight.

/** The states of a run, that before the first step first: of each end its state and values, and what
 * is in flight from each. */
function statesOf(run, texts) {
  const ends = run.initial.ends.map((end) => ({ state: texts[end.state], values: valuesOf(end, texts) }));
  const states = [{ ends, flight: run.initial.flight, left: run.initial.left }];
  for (const step of run.steps) {
    const next = [...states.at(-1).ends];
    const before = next[step.end];
    next[step.end] = {
      state: step.state === undefined ? before.state : texts[step.state],
      values: { ...before.values, ...valuesOf(step, texts) },
    };
    states.push({ ends: next, flight: step.flight, left: step.left });
  }
  return states;
}

function valuesOf(change, texts) {
  return Object.fromEntries(Object.entries(change.values ?? {}).map(([key, text]) => [key, texts[text]]));
}

/** What a step changed at the end that took it, as [what, before, after]. */
function changesOf(states, run, number) {
  const end = run.steps[number - 1].end;
  const [before, after] = [states[number - 1].ends[end], states[number].ends[end]];
  const changes = before.state === after.state ? [] : [["state", before.state, after.state]];
  for (const [key, value] of Object.entries(after.values)) {
    if (value !== before.values[key]) changes.push([data.variables[key].name, before.values[key], value]);
  }
  return changes;
}

class Viewer {
  /** `moved(step)` is called whenever another step is shown. */
  constructor(run, texts, moved = () => {}) {
    Object.assign(this, { run, texts, moved, step: -1, timer: null });
    this.states = statesOf(run, texts);
    this.ladder = new Ladder(run, texts, (step) => this.go(step));
    this.list = stepList(this, (step) => this.go(step));
    this.panel = make("div", { class: "panel" });
    this.said = make("p", { class: "said", "aria-live": "polite" });
    this.element = make("div", { class: "viewer" },
      this.controls(),
      make("div", { class: "beside" },
        make("div", { class: "picture", tabindex: "0", role: "group", "aria-label": "Ladder of the run" },
          this.ladder.element),
        make("div", { class: "details" }, this.said, this.panel)),
      this.list);
  }

  get last() { return this.run.steps.length; }

  controls() {
    const button = (sign, label, action) =>
      make("button", { type: "button", "aria-label": label, title: label, click: action }, sign);
    this.back = button("◀", "Step back (left arrow)", () => this.go(this.step - 1));
    this.forth = button("▶", "Step forth (right arrow)", () => this.go(this.step + 1));
    this.player = button("Play", "Play or pause (space)", () => this.play());
    this.slider = make("input", {
      type: "range", min: 0, max: this.last, value: 0, "aria-label": "Step",
      input: () => this.go(Number(this.slider.value)),
    });
    this.count = make("output", { class: "count" });
    return make("div", { class: "controls", role: "group", "aria-label": "Steps" },
      button("|◀", "To the start (Home)", () => this.go(0)), this.back, this.count, this.forth,
      button("▶|", "To the end (End)", () => this.go(this.last)), this.player, this.slider);
  }

  /** What a key does; whether it did anything. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return false;
    const actions = {
      ArrowLeft: () => this.go(this.step - 1),
      ArrowRight: () => this.go(this.step + 1),
      Home: () => this.go(0),
      End: () => this.go(this.last),
    };
    if (!(event.target instanceof HTMLButtonElement)) actions[" "] = () => this.play();
    const action = actions[event.key];
    if (!action) return false;
    event.preventDefault();
    action();
    return true;
  }

  play() {
    if (this.timer !== null) return this.stop();
    if (this.step === this.last) this.go(0);
    this.player.textContent = "Pause";
    this.timer = setInterval(() => {
      this.move(this.step + 1);
      if (this.step === this.last) this.stop();
    }, 1200);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.player.textContent = "Play";
  }

  go(step) {
    this.stop();
    this.move(step);
  }

  move(to) {
    const step = Math.min(Math.max(to, 0), this.last);
    if (step === this.step) return;
    this.step = step;
    this.slider.value = step;
    this.count.textContent = `${step} of ${this.last}`;
    this.back.disabled = step === 0;
    this.forth.disabled = step === this.last;
    this.ladder.show(step);
    [...this.list.children].forEach((item, place) => {
      if (place + 1 === step) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    this.said.textContent = step ? `${step}. ${this.texts[this.run.steps[step - 1].words]}` : "Before the first step";
    this.panel.replaceChildren(...this.remarks(), ...this.rows(), this.flight(), this.ends());
    this.moved(step);
  }

  remarks() {
    const { run, step } = this;
    const notes = [];
    if (run.stuck === step) notes.push("Stuck here: nothing that can be relied on leads to the goal any more.");
    if (run.loop === step) notes.push("From here on for ever.");
    if (run.loop !== null && step === this.last) notes.push(`Back where it was after step ${run.loop}.`);
    if (step && run.steps[step - 1].lost) notes.push(`${counted(run.steps[step - 1].lost, "segment")} found no room.`);
    return notes.map((note) => make("p", { class: "note" }, note));
  }

  rows() {
    if (!this.step) return [];
    const rows = this.run.steps[this.step - 1].rows.map((number) => rowCard(data.rows[number]));
    return [make("h3", {}, "Rows fired"), ...(rows.length ? rows : [make("p", { class: "soft" }, "None: the network acts.")])];
  }

  ends() {
    const now = this.states[this.step], before = this.states[Math.max(this.step - 1, 0)];
    const line = (name, at, { ghost, meaning } = {}) => {
      const cells = [0, 1].map((end) => valueCell(at(before.ends[end]), at(now.ends[end])));
      return make("tr", { class: ghost ? "ghost" : null },
        make("th", { scope: "row", title: meaning || null }, name, ghost ? make("small", {}, " ghost") : null), ...cells);
    };
    const lines = data.variables.map((variable, key) => line(variable.name, (end) => end.values[key], variable));
    return make("div", {}, make("h3", {}, "Both ends"),
      make("table", { class: "ends" },
        make("thead", {}, make("tr", {}, make("td"), ...ENDS.map((end) => make("th", { scope: "col" }, end)))),
        make("tbody", {}, line("state", (end) => end.state), ...lines)));
  }

  flight() {
    const step = this.step ? this.run.steps[this.step - 1] : null;
    const now = this.states[this.step];
    const before = this.step ? this.states[this.step - 1].flight : now.flight;
    const parts = [0, 1].map((end) => make("div", {},
      make("h4", {}, `${ENDS[end]} to ${ENDS[1 - end]}`), segmentList(now.flight[end], before[end], this.texts)));
    const left = ["loss", "duplication"].map((what, i) => [what, now.left[i]]).filter(([, number]) => number > 0);
    return make("div", {}, make("h3", {}, "In flight"), make("div", { class: "flight" }, ...parts),
      left.length ? make("p", { class: "soft" },
        `The network has ${left.map(([what, n]) => `${n} ${what}${n === 1 ? "" : what === "loss" ? "es" : "s"}`).join(" and ")} left.`) : null,
      step && step.kind === "loss" ? make("p", { class: "note" }, "Lost: it is no longer in flight.") : null);
  }
}

/** A value, marked where it is another one than before: by an arrow, a border and bold type. */
function valueCell(before, now) {
  if (before === now) return make("td", {}, now);
  return make("td", { class: "changed" }, make("span", { class: "was" }, before), " → ", make("strong", {}, now));
}

/** What is in flight, what is new marked in words. */
function segmentList(now, before, texts) {
  const known = [...before];
  const items = now.map((segment) => {
    const place = known.indexOf(segment);
    if (place >= 0) known.splice(place, 1);
    return make("li", { class: place < 0 ? "new" : null }, make("code", {}, texts[segment]), place < 0 ? " new" : null);
  });
  items.push(...known.map((segment) => make("li", { class: "gone" }, make("code", {}, texts[segment]), " gone")));
  return items.length ? make("ul", { class: "segments" }, ...items) : make("p", { class: "soft" }, "nothing");
}

/** A row of the document with its cells. */
function rowCard(row) {
  return make("div", { class: "card" },
    make("p", {}, make("code", { class: "name" }, row.name), row.cite ? make("span", { class: "soft" }, ` ${row.cite}`) : null),
    make("dl", {}, Object.entries(row.cells).flatMap(([column, text]) =>
      [make("dt", {}, column), make("dd", {}, make("code", {}, text))])));
}

/** All steps as a list: the way through a run on a narrow screen, and what is printed. */
function stepList(viewer, chosen) {
  return make("ol", { class: "steps", "aria-label": "All steps" }, viewer.run.steps.map((step, place) => {
    const changes = changesOf(viewer.states, viewer.run, place + 1);
    const moved = changes.find(([what]) => what === "state");
    const told = changes.filter(([what]) => what !== "state").map(([what, before, after]) => `${what} ${before} → ${after}`);
    return make("li", {},
      make("button", { type: "button", click: () => chosen(place + 1) },
        make("span", {}, viewer.texts[step.words]),
        moved ? make("strong", {}, ` ${ENDS[step.end]} ${moved[1]} → ${moved[2]}`) : null),
      make("span", { class: "told" },
        [step.rows.map((row) => data.rows[row].name).join(", "), told.join(", ")].filter(Boolean).join(" · ")));
  }));
}
