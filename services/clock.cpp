#include "services/clock.hpp"

#include <chrono>

namespace suanpan::services {

Time SystemClock::now() const {
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    using std::chrono::system_clock;
    return Time(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

}  // namespace suanpan::services
