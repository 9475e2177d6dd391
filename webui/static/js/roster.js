// The week as a calendar: a row for each doctor, a column for each day. The same week stands in the page as a list,
// which is all there is on a phone and without scripts.

const TABLE_MARKS = ["role", "aria-colcount", "aria-colindex", "aria-rowcount", "aria-rowindex", "aria-colspan"];
const WIDE = "(min-width: 60rem)";

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function halfDay(half) {
  const box = element("span", `half ${half.look}`);
  const hours = element("span", "half-hours", half.hours);
  for (const mark of half.marks) hours.append(" ", element("b", "", mark));
  const fullness = element("span", "half-full");
  for (const part of half.fullness) fullness.append(element("span", "", part), " ");
  box.append(element("span", "unseen", half.whose), hours, fullness);
  return box;
}

function owner(resource) {
  const box = element("span", "roster-resource", resource.title);
  if (resource.extendedProps.detail) box.append(element("small", "", resource.extendedProps.detail));
  return box;
}

function isoDay(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

// Days dragged over in a doctor's row: the page that shows whom an absence would touch.
function goToAbsence(info) {
  const [family, id] = info.resource.id.split("-");
  const last = new Date(info.end.getTime() - 1);
  const query = new URLSearchParams({ first: isoDay(info.start), last: isoDay(last) });
  query.set("what", family === "doctor" ? "away" : "closed");
  query.set(family, id);
  window.location.assign(`/roster/days?${query}`);
}

function options(week) {
  return {
    view: "resourceTimelineWeek",
    date: week.monday,
    firstDay: 1,
    locale: week.locale,
    headerToolbar: { start: "", center: "", end: "" },
    slotDuration: { days: 1 },
    height: "auto",
    highlightedDates: [week.today],
    dayHeaderFormat: { weekday: "short", month: "numeric", day: "numeric" },
    resources: week.resources.map((each) => ({ id: each.id, title: each.title, extendedProps: { detail: each.detail } })),
    events: week.events.map((each) => ({
      id: each.id,
      resourceIds: [each.resource],
      start: each.start,
      end: each.end,
      title: `${each.whose} ${each.hours}`,
      extendedProps: each,
    })),
    eventContent: ({ event }) => ({ domNodes: [halfDay(event.extendedProps)] }),
    resourceLabelContent: ({ resource }) => ({ domNodes: [owner(resource)] }),
    eventClick: ({ event }) => window.location.assign(event.extendedProps.url),
    selectable: week.may,
    select: goToAbsence,
    editable: false,
  };
}

// The component calls itself a table but is none that a screen reader could walk through: its half-days are buttons.
function dropTableMarks(place) {
  for (const each of place.querySelectorAll("div")) TABLE_MARKS.forEach((mark) => each.removeAttribute(mark));
}

function show(place) {
  const week = JSON.parse(place.dataset.rosterWeek);
  place.closest(".roster-calendar").hidden = false;
  EventCalendar.create(place, options(week));
  dropTableMarks(place);
  document.querySelector("[data-roster-list]").open = false;
}

const place = document.querySelector("[data-roster-week]");
if (place && window.matchMedia(WIDE).matches) show(place);
