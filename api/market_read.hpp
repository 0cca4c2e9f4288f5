#pragma once

// Reads of the market core by a request.

#include "base/result.hpp"

#include <functional>

namespace suanpan::core {
class Market;
}
namespace suanpan::services {
class CoreLoop;
}

namespace suanpan::api {

// CoreLoop::inspect() for handlers. Error `unavailable`: the market is out of reach (the database
// is away, the server stops, another one leads), and `read` was not called. What `read` throws
// passes.
Result<void> read_market(services::CoreLoop& core,
                         const std::function<void(const core::Market&)>& read);

// CoreLoop::wake_for_time() likewise.
Result<void> wake_market(services::CoreLoop& core);

}  // namespace suanpan::api
