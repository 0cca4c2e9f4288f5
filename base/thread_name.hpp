#pragma once

namespace suanpan {

// What `top -H`, `perf` and a debugger call the calling thread. REQUIRES at most 15 characters,
// which is what Linux keeps.
void name_thread(const char* name);

}  // namespace suanpan
