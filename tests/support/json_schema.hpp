#pragma once

// The part of JSON Schema 2020-12 that api/openapi.yaml uses. A keyword that is not known here is a
// fault of the schema, never passed over.

#include "base/json.hpp"

#include <string>
#include <vector>

namespace suanpan::support {

enum class Members : std::uint8_t {
    kMayGrow,  // as the schema says it
    kAreAll,   // whatever member no schema describes is a fault, as with unevaluatedProperties
};

// The faults of `value`, each with its JSON pointer; none when it is valid. References of `schema`
// are looked up in `root`. Throws std::runtime_error for a schema that cannot be understood.
std::vector<std::string> schema_faults(const Json& root, const Json& schema, const Json& value,
                                       Members members = Members::kMayGrow);

}  // namespace suanpan::support
