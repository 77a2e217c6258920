// Shows openapi.json: operations by tag, then the records that they speak of.
"use strict";

let api = null;

function link(text, target) {
  const made = element("a", "", text);
  made.href = `#${target}`;
  return made;
}

// Words between backticks are code.
function prose(text, className = "") {
  const made = element("p", className, "");
  made.append(...text.split("`").map((part, at) => at % 2 ? element("code", "", part) : part));
  return made;
}

function table(titles, rows) {
  const made = element("table", "", ""), head = element("tr", "", ""), body = element("tbody", "", "");
  head.append(...titles.map((title) => Object.assign(element("th", "", title), { scope: "col" })));
  body.append(...rows.map((cells) => {
    const row = element("tr", "", "");
    row.append(...cells.map((cell) => {
      const place = element("td", "", "");
      place.append(cell);
      return place;
    }));
    return row;
  }));
  const top = element("thead", "", "");
  top.append(head);
  made.append(top, body);
  const scroll = element("div", "wide", "");
  scroll.append(made);
  return scroll;
}

// What a schema is, in a few words, with links to records.
function typeOf(schema) {
  const made = element("span", "type", "");
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    made.append(link(name, `record-${name}`));
  } else if (schema.oneOf) {
    made.append(...schema.oneOf.flatMap((each, at) => at ? [" or ", typeOf(each)] : [typeOf(each)]));
  } else if (schema.type === "array") {
    made.append("list of ", typeOf(schema.items));
  } else {
    const words = { binary: "bytes", "date-time": "time" }[schema.format] ?? [schema.type].flat().join(" or ");
    made.append(words, range(schema));
  }
  return made;
}

function range({ minimum, maximum, enum: choices }) {
  if (choices) return `: ${choices.join(", ")}`;
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  return minimum === undefined ? "" : `, from ${minimum}`;
}

function fields(schema) {
  const needed = schema.required ?? [];
  return table(["Field", "Type", "What it is"], Object.entries(schema.properties).map(([name, field]) => {
    const title = element("span", "", "");
    title.append(element("code", "", name));
    if (!needed.includes(name)) title.append(element("span", "quiet", " may be absent"));
    return [title, typeOf(field), field.description ?? api.components.schemas[field.$ref?.split("/").at(-1)]?.description ?? ""];
  }));
}

function content(answer) {
  const made = element("span", "", "");
  for (const [kind, { schema }] of Object.entries(answer.content ?? {})) {
    const line = element("span", "media", "");
    line.append(element("code", "", kind), " ");
    if (kind === "multipart/form-data") line.append(`with the field ${Object.keys(schema.properties).join(", ")}`);
    else if (schema.properties) line.append(`{${Object.keys(schema.properties).join(", ")}}`);
    else line.append(schema.$ref || schema.oneOf ? typeOf(schema) : "");
    made.append(line);
  }
  return made;
}

function curl(path, method, operation) {
  const parts = ["curl"];
  if (path === "/api/events" || path === "/stream.mjpg") parts.push("-N");
  if (method === "post" && !operation.requestBody) parts.push("-X POST");
  if ((operation.security ?? api.security).length) parts.push("-H 'Authorization: Bearer TOKEN'");
  if (operation.requestBody) parts.push("-F image=@page.jpg");
  if (/\.(jpg|png|pdf)$/.test(path)) parts.push("-O");
  return [...parts, `'${location.origin}${path}'`].join(" ");
}

function operationCard(path, method, operation) {
  const card = element("article", "card", ""), head = element("h3", "route", "");
  card.id = operation.operationId;
  head.append(element("span", `method ${method}`, method.toUpperCase()), " ", element("code", "", path));
  card.append(head, element("p", "summary", `${operation.summary}.`));
  if (operation.description) card.append(prose(operation.description, "quiet"));
  const command = element("pre", "", "");
  command.append(element("code", "", curl(path, method, operation)));
  command.tabIndex = 0;
  card.append(command);
  if (operation.parameters) {
    card.append(element("h4", "", "Parameters"), table(["Name", "Type", "What it is"], operation.parameters.map((each) =>
      [element("code", "", each.name), typeOf(each.schema), each.description])));
  }
  if (operation.requestBody) card.append(element("h4", "", "Body"), content(operation.requestBody));
  const answers = Object.entries(operation.responses), [[, good]] = answers;
  card.append(element("h4", "", "Answer"), element("p", "", good.description), content(good), refusals(answers.slice(1)));
  return card;
}

function refusals(answers) {
  const fold = element("details", "", "");
  fold.append(element("summary", "", `Refusals: ${answers.map(([status]) => status).join(", ")}`));
  fold.append(table(["Status", "When"], answers.map(([status, { description }]) => [element("span", "tag left", status), description])));
  return fold;
}

function tagSection({ name, description }, operations) {
  const section = element("section", "", "");
  section.append(element("h2", "", name), element("p", "quiet", description), ...operations.map((each) => operationCard(...each)));
  return section;
}

function recordSection() {
  const section = element("section", "", "");
  section.append(element("h2", "", "Records"), element("p", "quiet", "What is in the JSON."));
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const card = element("article", "card", "");
    card.id = `record-${name}`;
    card.append(element("h3", "", name), element("p", "quiet", schema.description), fields(schema));
    section.append(card);
  }
  return section;
}

function about() {
  const card = element("section", "card", ""), file = element("p", "quiet", "For programs: ");
  const plain = Object.assign(element("a", "", "openapi.json"), { href: "/openapi.json" });
  file.append(plain, ` (OpenAPI ${api.openapi}), of version ${api.info.version}.`);
  card.append(element("h2", "", "About"), prose(api.info.description), prose(api.security.length
    ? "Each request shows the token: `Authorization: Bearer TOKEN`. " + api.components.securitySchemes.token.description
    : "No token is needed: the app answers this machine only."), file);
  return card;
}

async function load() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(await answer.text());
  api = await answer.json();
  const all = Object.entries(api.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => [path, method, operation]));
  const tags = api.tags.map((tag) => [tag, all.filter(([, , operation]) => operation.tags.includes(tag.name))]).filter(([, some]) => some.length);
  find("api").replaceChildren(about(), ...tags.map(([tag, some]) => tagSection(tag, some)), recordSection());
  find("contents").replaceChildren(...tags.flatMap(([tag, some]) => {
    const list = element("ul", "", "");
    list.append(...some.map(([path, method, operation]) => {
      const item = element("li", "", "");
      item.append(element("span", `method ${method}`, method.toUpperCase()), link(operation.summary, operation.operationId));
      return item;
    }));
    return [element("h2", "", tag.name), list];
  }));
  // What the address points at was not there when the page came.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

// On a phone they would stand before all else.
find("fold").open = matchMedia("(min-width: 821px)").matches;
load().catch((error) => { find("docs-state").textContent = `Not shown: ${error.message}`; });
