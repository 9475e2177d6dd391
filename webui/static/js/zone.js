// A new clinic's time zone is most likely the one of the computer in front of which it is set up.

const field = document.querySelector("input[name=zone][data-guess]");
const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
const isKnown = Array.from(document.querySelectorAll("#zones option")).some((option) => option.value === guess);
if (field && isKnown && guess.includes("/") && !guess.startsWith("Etc/") && !document.querySelector(".is-wrong")) field.value = guess;
