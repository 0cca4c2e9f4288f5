#pragma once

namespace suanpan::demo {

// Parses the command line and plays; the program's exit status.
int run(int argc, const char* const* argv);

}  // namespace suanpan::demo
