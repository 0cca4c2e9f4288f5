#pragma once

#include "apps/suanpand/config.hpp"
#include "wire/tls.hpp"

#include <memory>

namespace suanpan::suanpand {

// Null: plain HTTP.
std::shared_ptr<wire::ServerTls> make_tls(const Config& config);

}  // namespace suanpan::suanpand
