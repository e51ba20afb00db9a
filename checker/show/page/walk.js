// A run that is chosen step by step, with the help of the server that the page came from. The address
// names the run: the scenario and, for each step, which of the enabled actions was taken.

class Walk {
  constructor() {
    this.chosen = { scenario: data.scenarios[0].name, choices: [], loop: null, stuck: null };
    this.asked = 0;
    this.select = make("select", { "aria-label": "Scenario", change: () => this.go({ scenario: this.select.value, choices: [] }) },
      data.scenarios.map(({ name }) => make("option", { value: name }, name)));
    this.file = make("input", { type: "file", accept: ".json,application/json", "aria-label": "Load a saved trace", change: () => this.load() });
    this.scope = make("p", { class: "soft" });
    this.error = make("p", { class: "note", role: "alert", hidden: true });
    this.enabled = make("section", { class: "enabled", "aria-label": "What may happen" });
    this.found = make("div", { "aria-live": "polite" });
    this.stage = make("div");
    document.body.append(this.bar(), make("main", { class: "walk" },
      this.scope, this.error, this.enabled, this.stage,
      make("section", {}, make("h2", {}, "Counterexamples and witnesses"), this.found)));
    addEventListener("hashchange", () => this.read());
    document.addEventListener("keydown", (event) => this.key(event));
    this.read();
  }

  bar() {
    return make("header", { class: "bar" }, make("h1", {}, data.document), this.select,
      make("button", { type: "button", click: () => this.save() }, "Save trace"),
      make("label", { class: "load" }, "Load trace ", this.file), copyButton());
  }

  // The address

  /** Goes to another run, by its address: the browser's own way back leads here again. */
  go({ scenario, choices, loop = null, stuck = null }) {
    const named = { scenario };
    if (choices.length) named.run = choices.join(".");
    if (loop !== null) named.loop = loop;
    if (stuck !== null) named.stuck = stuck;
    const hash = `#${new URLSearchParams(named)}`;
    if (hash === location.hash) this.read();
    else location.hash = hash;
  }

  read() {
    const named = fragment();
    const number = (text) => (text === null || text === "" ? null : Number(text));
    const scenario = named.get("scenario") ?? data.scenarios[0].name;
    const run = named.get("run");
    this.chosen = {
      scenario,
      choices: run ? run.split(".").map(Number) : [],
      loop: number(named.get("loop")),
      stuck: number(named.get("stuck")),
    };
    this.show(number(named.get("step")));
  }

  // Asking

  async ask(question, content) {
    let answer;
    try {
      answer = await fetch(question, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content),
      });
    } catch {
      throw new Error("The server does not answer: it may have been ended.");
    }
    const value = await answer.json();
    if (!answer.ok) throw new Error(value.error);
    return value;
  }

  /** Does what asks, and tells what goes wrong. */
  async attempt(work) {
    this.error.hidden = true;
    try {
      return await work();
    } catch (error) {
      this.error.textContent = error.message;
      this.error.hidden = false;
      return null;
    }
  }

  async show(step) {
    const turn = ++this.asked;
    const { scenario, choices } = this.chosen;
    const value = await this.attempt(() => this.ask("walk", this.chosen));
    if (turn !== this.asked) return;
    if (value === null) {
      if (!this.viewer) this.lost();
      return;
    }
    if (this.shown !== scenario) this.begin(scenario);
    this.viewer?.stop();
    this.viewer = new Viewer(value.run, value.texts, (at) => this.moved(at));
    this.value = value;
    this.stage.replaceChildren(this.viewer.element);
    this.viewer.go(step ?? choices.length);
  }

  /** Where an address led nowhere and nothing is shown: the way to a run. */
  lost() {
    const known = data.scenarios.find(({ name }) => name === this.chosen.scenario) ?? data.scenarios[0];
    this.begin(known.name);
    const again = make("button", { type: "button", click: () => this.go({ scenario: known.name, choices: [] }) }, "Start again");
    this.enabled.replaceChildren(make("div", { class: "tools" }, again));
  }

  begin(scenario) {
    this.shown = scenario;
    this.select.value = scenario;
    this.scope.textContent = data.scenarios.find(({ name }) => name === scenario).scope.replace(/^one run; /, "");
    this.offer();
  }

  moved(step) {
    const named = Object.fromEntries(fragment());
    delete named.step;
    if (step !== this.viewer.last) named.step = step;
    setFragment({ scenario: this.chosen.scenario, ...named });
    this.list(step);
  }

  // What may happen

  list(step) {
    const { choices } = this.chosen;
    const back = make("button", { type: "button", disabled: choices.length === 0, click: () => this.takeBack() }, "↶ Take back");
    const again = make("button", { type: "button", disabled: choices.length === 0, click: () => this.cut(0) }, "Start again");
    const tools = make("div", { class: "tools" }, back, again);
    if (step !== this.viewer.last) {
      tools.append(make("button", { type: "button", class: "on", click: () => this.cut(step) }, `Go on from step ${step}`));
      this.enabled.replaceChildren(tools);
      return;
    }
    const { enabled, truncated, same } = this.value;
    const notes = [];
    if (!enabled.length) notes.push("Nothing is enabled here.");
    if (truncated) notes.push("More would be, were there room in a channel.");
    if (same !== null) notes.push(`This is where the run was after step ${same}.`);
    this.enabled.replaceChildren(
      tools,
      make("h2", {}, "What may happen"),
      ...notes.map((note) => make("p", { class: "soft" }, note)),
      make("ol", { class: "choices" }, enabled.map(({ words, kind }, place) => make("li", {},
        make("button", { type: "button", class: `kind-${kind}`, click: () => this.choose(place) },
          place < 9 ? make("kbd", {}, String(place + 1)) : null, make("span", {}, words))))));
  }

  choose(place) {
    if (place >= this.value.enabled.length || this.viewer.step !== this.viewer.last) return;
    this.go({ scenario: this.chosen.scenario, choices: [...this.chosen.choices, place], stuck: this.chosen.stuck });
  }

  takeBack() {
    if (this.chosen.choices.length) this.cut(this.chosen.choices.length - 1);
  }

  cut(steps) {
    const { scenario, choices, stuck } = this.chosen;
    this.go({ scenario, choices: choices.slice(0, steps), stuck: stuck !== null && stuck <= steps ? stuck : null });
  }

  key(event) {
    const field = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (!this.viewer || field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key >= "1" && event.key <= "9") this.choose(Number(event.key) - 1);
    else if (event.key === "Backspace") this.takeBack();
    else this.viewer.key(event);
  }

  // Counterexamples

  offer() {
    const button = make("button", { type: "button", click: () => this.find(button) }, "Find them");
    this.found.replaceChildren(make("p", { class: "soft" }, "This explores the scenario, which may take a minute. "), button);
  }

  async find(button) {
    const scenario = this.shown;
    button.disabled = true;
    button.textContent = "Exploring …";
    const found = await this.attempt(() => this.ask("find", { scenario }));
    if (scenario !== this.shown) return;
    if (found === null) return this.offer();
    const runs = found.runs.map((run) => make("li", { class: run.wrong ? "wrong" : run.outcome },
      make("span", { class: "outcome" }, `${MARKS[run.outcome]} ${run.outcome}`), " ", make("strong", {}, run.property), " ",
      make("button", { type: "button", class: "run", "aria-label": `Show the run: ${run.property}`, click: () => { this.go({ scenario, ...run }); scrollTo(0, 0); } }, "▶ Run"),
      run.remark ? make("span", { class: "soft remark" }, run.remark) : null,
      run.reason ? make("span", { class: "soft remark" }, run.reason) : null));
    this.found.replaceChildren(
      found.complete ? "" : make("p", { class: "note" }, `Not all was explored: ${found.limit}.`),
      runs.length ? make("ul", { class: "verdicts" }, ...runs) : make("p", { class: "soft" }, "There are none."));
  }

  // Files

  async save() {
    const { scenario, choices } = this.chosen;
    const trace = await this.attempt(() => this.ask("save", { scenario, choices }));
    if (trace === null) return;
    const url = URL.createObjectURL(new Blob([`${JSON.stringify(trace, null, 1)}\n`], { type: "application/json" }));
    const name = [data.document, scenario].join("--").replace(/[^\w-]+/g, "-");
    make("a", { href: url, download: `${name}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  async load() {
    const [file] = this.file.files;
    if (!file) return;
    const text = await file.text();
    this.file.value = "";
    const run = await this.attempt(async () => {
      let trace;
      try {
        trace = JSON.parse(text);
      } catch {
        throw new Error(`${file.name}: this is no JSON.`);
      }
      return this.ask("load", { trace });
    });
    if (run !== null) this.go(run);
  }
}
