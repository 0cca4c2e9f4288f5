#pragma once

#include <string_view>

namespace suanpan::openapi {

inline constexpr std::string_view kStyle = R"(
body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: #222; display: flex }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1em; min-width: 12em;
      box-sizing: border-box; background: #f5f5f2 }
nav a { display: block; color: inherit; text-decoration: none; padding: 2px 0 }
nav input { width: 100%; box-sizing: border-box; margin-bottom: 1em; font: inherit }
main { padding: 0 2em 4em; max-width: 62em; min-width: 0 }
h2 { margin: 2em 0 0; border-bottom: 1px solid #ccc }
p { margin: .3em 0 }
code, pre { font: 13px/1.4 ui-monospace, monospace }
pre { background: #f5f5f2; padding: .6em; overflow: auto; white-space: pre-wrap }
table { border-collapse: collapse; width: 100%; margin: .4em 0 }
td { border-top: 1px solid #e2e2dc; padding: 3px 8px 3px 0; vertical-align: top }
td > b { color: #a33 }
details { border-bottom: 1px solid #e2e2dc; padding: 4px 0 }
summary { cursor: pointer }
summary b { display: inline-block; width: 3.2em; font-size: 12px }
.POST { color: #8a4b00 } .GET { color: #00618a }
small { color: #666 }
.hidden { display: none }
@media print { nav { display: none } details > * { display: block } pre { border: 1px solid #ccc } }
)";

// Shows the operations and schemas that have the words, and opens what the address names.
inline constexpr std::string_view kScript = R"(
const all = [...document.querySelectorAll('.operation, .schema')];
search.oninput = () => {
  const words = search.value.toLowerCase().split(/\s+/);
  for (const each of all)
    each.classList.toggle('hidden', !words.every(w => (each.id + ' ' + (each.querySelector('summary') ||
      each).textContent).toLowerCase().includes(w)));
};
const open = () => { const to = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (to && to.tagName === 'DETAILS') to.open = true; };
onhashchange = open; open();
onbeforeprint = () => all.forEach(each => { each.open = true; });
)";

}  // namespace suanpan::openapi
