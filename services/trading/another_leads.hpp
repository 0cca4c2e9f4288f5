#pragma once

#include <stdexcept>

namespace suanpan::services {

// Another server leads the database: this one may wait for its turn.
class AnotherLeads : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

}  // namespace suanpan::services
