#pragma once

// CHECK is for our own bugs only: a state that no input may produce. It throws BugError, which
// nothing between the fault and the process's edge catches, so the core is rebuilt from the
// database rather than going on with a state it cannot explain.

#include <stdexcept>
#include <string>

namespace suanpan {

class BugError : public std::logic_error {
 public:
    using std::logic_error::logic_error;
};

// Out of the way of the code that holds.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail_check(const char* expression,
                                                              const char* file, int line) {
    throw BugError(std::string("CHECK failed: ") + expression + " at " + file + ":" +
                   std::to_string(line));
}

}  // namespace suanpan

#define CHECK(expression)                                 \
    (static_cast<bool>(expression) ? static_cast<void>(0) \
                                   : ::suanpan::fail_check(#expression, __FILE__, __LINE__))
