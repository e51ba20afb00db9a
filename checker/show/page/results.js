// The results of a check: what came of each scenario, the rows with how often they fired, pictures.

const OUTCOMES = ["violated", "unknown", "holds", "vacuous", "not applicable"];

/** What can be found: an element, its words in small letters, and what is shown with it. */
class Finder {
  constructor() { this.entries = []; }

  add(element, words, parent = null) {
    const entry = { element, words: words.toLowerCase(), parent, children: [] };
    (parent ? parent.children : this.entries).push(entry);
    return entry;
  }

  /** Shows what has all words of `text` in it or in what it is part of; how many there are of each
   * sort. */
  find(text) {
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = {};
    for (const entry of this.entries) {
      const own = wanted.every((word) => entry.words.includes(word));
      let found = own;
      for (const child of entry.children) {
        const matches = own || wanted.every((word) => `${entry.words} ${child.words}`.includes(word));
        child.element.hidden = !matches;
        found ||= matches;
      }
      entry.element.hidden = !found;
      if (found) counts[entry.element.dataset.sort] = (counts[entry.element.dataset.sort] ?? 0) + 1;
      for (const folded of entry.element.querySelectorAll("details.group")) {
        const hits = [...folded.querySelectorAll("li")].some((item) => !item.hidden);
        folded.hidden = !hits;
        folded.open = wanted.length > 0 && !own && hits;
      }
    }
    return counts;
  }
}

/** A scenario with its verdicts; `shown(scenario, verdict)` opens a run. */
function scenarioCard(scenario, finder, shown) {
  const card = make("article", { class: "scenario", "data-sort": "scenario" });
  const entry = finder.add(card, `${scenario.name} ${scenario.scope}`);
  const wrong = scenario.verdicts.filter((verdict) => verdict.wrong).length;
  card.append(
    make("h3", {}, scenario.name, wrong ? make("span", { class: "badge wrong" }, ` ${wrong} not as expected`) : null),
    make("p", { class: "soft" }, [counted(scenario.states, "state"), counted(scenario.transitions, "transition"), `depth ${scenario.depth}`].join(", ")),
    make("p", { class: scenario.complete ? "soft" : "note" }, scenario.scope));
  const apart = scenario.verdicts.filter((verdict) => verdict.wrong || verdict.run !== undefined || verdict.outcome === "unknown");
  if (apart.length) {
    card.append(make("ul", { class: "verdicts" }, apart.map((verdict) => {
      const item = verdictItem(scenario, verdict, shown);
      finder.add(item, wordsOf(verdict), entry);
      return item;
    })));
  }
  for (const outcome of OUTCOMES) {
    const alike = scenario.verdicts.filter((verdict) => verdict.outcome === outcome && !apart.includes(verdict));
    if (alike.length) card.append(group(outcome, alike, finder, entry));
  }
  if (Array.isArray(scenario.graph)) card.append(folded("State graph, seen from afar", () => picture(scenario.graph, `State graph of ${scenario.name}`)));
  else if (scenario.graph) card.append(make("p", { class: "soft" }, scenario.graph));
  return card;
}

function wordsOf(verdict) {
  return `${data.properties[verdict.property].name} ${verdict.outcome} ${verdict.remark ?? ""}`;
}

function verdictItem(scenario, verdict, shown) {
  const property = data.properties[verdict.property];
  const open = verdict.run === undefined ? null : make("button", {
    type: "button", class: "run", click: () => shown(scenario, verdict),
    "aria-label": `Show the run: ${property.name} in ${scenario.name}`,
  }, "▶ Run");
  return make("li", { class: verdict.wrong ? "wrong" : verdict.outcome.replace(" ", "-") },
    make("span", { class: "outcome" }, `${MARKS[verdict.outcome]} ${verdict.outcome}`),
    " ", make("strong", {}, property.name), " ", open,
    verdict.remark ? make("span", { class: "soft remark" }, verdict.remark) : null);
}

/** Properties of one outcome of which there is no more to be said. */
function group(outcome, verdicts, finder, entry) {
  const items = verdicts.map((verdict) => {
    const property = data.properties[verdict.property];
    const item = make("li", { title: property.because || null }, property.name);
    finder.add(item, wordsOf(verdict), entry);
    return item;
  });
  const said = outcome === "holds" ? (verdicts.length === 1 ? "holds" : "hold") : outcome;
  return make("details", { class: "group" },
    make("summary", {}, make("span", { class: `outcome ${outcome.replace(" ", "-")}` }, `${MARKS[outcome]} ${verdicts.length} ${said}`)),
    make("ul", { class: "names" }, ...items));
}

/** What is made only when it is unfolded. */
function folded(title, content) {
  const fold = make("details", {}, make("summary", {}, title));
  fold.addEventListener("toggle", () => fold.append(content()), { once: true });
  return fold;
}

function picture(tree, label) {
  const element = pictured(tree);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  return make("div", { class: "diagram", tabindex: "0", role: "group", "aria-label": label }, element);
}

const COLUMNS = ["in", "on", "if", "do", "send", "next", "then"];

/** The rows of the document, each with how often it fired. */
function rowTable(finder) {
  const body = data.rows.map((row) => {
    const cells = COLUMNS.map((column) => make("td", { "data-column": column }, row.cells[column] ? make("code", {}, row.cells[column]) : null));
    const fired = row.fired
      ? make("td", { "data-column": "fired", class: "number" }, row.fired.toLocaleString("en"), make("small", {}, ` in ${counted(row.scenarios, "scenario")}`))
      : make("td", { "data-column": "fired", class: "number never" }, "✗ 0", make("small", {}, row.never ? ` never: ${row.never}` : " never"));
    const line = make("tr", { class: row.fired ? null : "never", "data-sort": "row" },
      make("th", { scope: "row" }, make("code", { class: "name" }, row.name)), ...cells,
      make("td", { "data-column": "cite" }, row.cite), fired);
    finder.add(line, [row.name, row.cite, ...Object.values(row.cells), row.fired ? "" : "never"].join(" "));
    return line;
  });
  return make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "Table of rows" },
    make("table", { class: "rows" },
      make("thead", {}, make("tr", {}, ["row", ...COLUMNS, "cite", "fired"].map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...body)));
}

/** How many verdicts are as expected, are not, and could not be decided. */
function summary() {
  const verdicts = data.scenarios.flatMap((scenario) => scenario.verdicts);
  const open = verdicts.filter((verdict) => verdict.wrong && verdict.outcome === "unknown").length;
  const wrong = verdicts.filter((verdict) => verdict.wrong && verdict.outcome !== "unknown").length + data.complaints.length;
  const fine = verdicts.filter((verdict) => !verdict.wrong).length;
  return make("ul", { class: "summary" },
    make("li", { class: "good" }, make("b", {}, `✓ ${fine.toLocaleString("en")}`), " as expected"),
    make("li", { class: wrong ? "wrong" : "none" }, make("b", {}, `✗ ${wrong}`), " not as expected"),
    make("li", { class: open ? "open" : "none" }, make("b", {}, `? ${open}`), " not decided"),
    data.troubles.length ? make("li", { class: "wrong" }, make("b", {}, `! ${data.troubles.length}`), " not checked") : null);
}

class Report {
  constructor() {
    this.finder = new Finder();
    this.dialog = make("dialog", { class: "show", "aria-label": "Run", close: () => this.closed() });
    this.hits = make("span", { class: "hits", role: "status" });
    this.search = make("input", {
      type: "search", placeholder: "Search ( / )", "aria-label": "Search scenarios, properties and rows",
      input: () => this.find(),
    });
    document.body.append(this.bar(), this.body(), this.dialog);
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("hashchange", () => this.open(fragment()));
    addEventListener("beforeprint", () => this.prepare());
    addEventListener("afterprint", () => this.restore());
    this.open(fragment());
  }

  bar() {
    return make("header", { class: "bar" },
      make("h1", {}, data.document), summary(),
      make("nav", { "aria-label": "Parts of this page" },
        [["scenarios", "Scenarios"], ["rows", "Rows"], ["machine", "Machine"]].map(([part, name]) =>
          make("button", { type: "button", class: "plain", click: () => document.getElementById(part).scrollIntoView() }, name))),
      make("div", { role: "search", class: "search" }, this.search, this.hits));
  }

  body() {
    const shown = data.scenarios.length;
    const verdicts = data.scenarios.reduce((sum, scenario) => sum + scenario.verdicts.length, 0);
    const scenarios = shown === data.declared ? counted(shown, "scenario") : `${shown} of ${counted(data.declared, "scenario")}`;
    const silent = data.rows.filter((row) => !row.fired).length;
    this.printed = make("section", { class: "printed" });
    return make("main", {},
      make("p", {}, `${scenarios}, ${counted(verdicts, "verdict")}. A verdict speaks of what its scenario says: the segments in flight, calls, faults, numbers and assumptions below each name.`),
      make("ul", { class: "verdicts" }, [...data.troubles, ...data.complaints].map((text) => make("li", { class: "wrong" }, text))),
      make("section", { id: "scenarios" }, make("h2", {}, "Scenarios"),
        ...data.scenarios.map((scenario) => scenarioCard(scenario, this.finder, (...what) => this.show(...what)))),
      make("section", { id: "rows" }, make("h2", {}, "Rows"),
        make("p", { class: "soft" }, `How often each row fired, over all transitions of ${shown === 1 ? "the scenario" : "these scenarios"}; ${silent ? `${silent} of ${data.rows.length} never did` : `each of the ${data.rows.length} did`}.`),
        rowTable(this.finder)),
      make("section", { id: "machine" }, make("h2", {}, "Machine"),
        Array.isArray(data.machine) ? picture(data.machine, "State machine of one end") : make("p", { class: "soft" }, data.machine)),
      this.printed,
      make("footer", { class: "soft" }, `Document ${data.document}, version ${data.version.slice(0, 12)}; checked by Lastack.`));
  }

  key(event) {
    if (this.dialog.open) {
      this.viewer.key(event);
    } else if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      this.search.focus();
    } else if (event.key === "Escape" && event.target === this.search) {
      this.search.value = "";
      this.find();
    }
  }

  find() {
    const counts = this.finder.find(this.search.value);
    const found = `${counted(counts.scenario ?? 0, "scenario")}, ${counted(counts.row ?? 0, "row")}`;
    this.hits.textContent = this.search.value.trim() ? found : "";
  }

  // Runs

  /** The run that the fragment names: `scenario` by its number, `property` by its name. */
  open(named) {
    const scenario = data.scenarios.find(({ name }) => name === named.get("scenario"));
    const verdict = scenario?.verdicts.find(({ property, run }) =>
      run !== undefined && data.properties[property].name === named.get("property"));
    if (verdict) this.show(scenario, verdict, Number(named.get("step")) || 0);
    else if (this.dialog.open) this.dialog.close();
  }

  show(scenario, verdict, step = 0) {
    const property = data.properties[verdict.property];
    const named = { scenario: scenario.name, property: property.name };
    this.viewer?.stop();
    this.viewer = new Viewer(data.runs[verdict.run], data.texts, (at) => setFragment({ ...named, step: at }));
    const close = make("button", { type: "button", class: "plain", click: () => this.dialog.close(), "aria-label": "Close (Esc)" }, "✕ Close");
    this.dialog.replaceChildren(
      make("div", { class: "title" }, heading(scenario, verdict, "h2"), make("div", { class: "actions" }, copyButton(), close)),
      this.viewer.element);
    if (!this.dialog.open) this.dialog.showModal();
    this.viewer.go(step);
    this.viewer.element.querySelector(".picture").focus({ preventScroll: true });
  }

  closed() {
    this.viewer.stop();
    setFragment({});
  }

  /** What paper shows all at once: every counterexample, and what holds. */
  prepare() {
    this.unfolded = [...document.querySelectorAll("details.group:not([open])")];
    for (const fold of this.unfolded) fold.open = true;
    const runs = data.scenarios.flatMap((scenario) => scenario.verdicts
      .filter((verdict) => verdict.run !== undefined && verdict.outcome === "violated")
      .map((verdict) => this.onPaper(scenario, verdict)));
    this.printed.replaceChildren(...(runs.length ? [make("h2", {}, "Counterexamples"), ...runs] : []));
  }

  restore() {
    this.printed.replaceChildren();
    for (const fold of this.unfolded) fold.open = false;
  }

  onPaper(scenario, verdict) {
    const viewer = new Viewer(data.runs[verdict.run], data.texts);
    return make("article", {}, heading(scenario, verdict, "h3"), viewer.ladder.element, viewer.list);
  }
}

function heading(scenario, verdict, level) {
  const property = data.properties[verdict.property];
  return make("div", { class: "heading" },
    make(level, {}, property.name, make("small", {}, ` in ${scenario.name}`)),
    make("p", {}, `${MARKS[verdict.outcome]} ${[verdict.outcome, verdict.remark].filter(Boolean).join("; ")}`),
    property.because ? make("p", { class: "soft" }, property.because) : null,
    verdict.reason ? make("p", { class: "note" }, verdict.reason) : null);
}
