#pragma once

// Public keys by the id of whose they are, as a state that a later run goes on from holds them.

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "core/fields.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string_view>

namespace suanpan::audit {

template <typename IdType>
Json keys_json(const std::map<IdType, PublicKey>& keys) {
    Json out = Json::object();
    for (const auto& [id, key] : keys)
        out[to_string(id)] = to_base64(as_chars(key));
    return out;
}

// Error `bad_state`: a name that is no id. A key that cannot be read is a fault of `in`.
template <typename IdType>
Result<std::map<IdType, PublicKey>> read_keys(core::Fields& in, std::string_view name) {
    std::map<IdType, PublicKey> out;
    for (const auto& [owner, key] : in.table(name, parse_public_key)) {
        const auto id = parse_id<IdType>(owner);
        if (!id) return fail("bad_state", id.error().detail());
        out[*id] = key;
    }
    return out;
}

}  // namespace suanpan::audit
