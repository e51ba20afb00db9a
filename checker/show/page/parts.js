"use strict";
// Elements, and the data that came with the page. Text only ever becomes text.

const SVG = "http://www.w3.org/2000/svg";

const data = JSON.parse(document.getElementById("data").textContent);

/** An element with attributes (a function is a listener, true an attribute without a value, what is
 * false or null is left out) and children (elements or text, null left out). */
function make(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

/** The same in SVG. */
function draw(name, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element of the picture that the checker gave as [name, attributes, text or children]. */
function pictured([name, attributes, content]) {
  const children = typeof content === "string" ? [content] : content.map(pictured);
  return draw(name, attributes, ...children);
}

function counted(number, what) {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

const ENDS = ["A", "B"];

const MARKS = { holds: "✓", violated: "✗", unknown: "?", vacuous: "·", "not applicable": "·" };

/** What stands behind the # of the address, as a map. */
function fragment() {
  return new URLSearchParams(location.hash.slice(1));
}

/** Puts something behind the # without a new entry in the history. */
function setFragment(values) {
  const text = new URLSearchParams(values).toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
}

/** A button that copies the address of what is shown. */
function copyButton() {
  const button = make("button", { type: "button", class: "plain" }, "Copy link");
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      said = "Copy the address of this page";
    }
    button.textContent = said;
    setTimeout(() => { button.textContent = "Copy link"; }, 2000);
  });
  return button;
}
