#pragma once

// The columns of organisations' signing keys and of what they signed (see db/table.hpp).

#include "db/table.hpp"

namespace suanpan::db {

template <>
struct Table<core::SigningKeyRow> {
    static constexpr std::string_view kName = "signing_key";
    static constexpr std::string_view kKey = "id";
};

template <typename A, Is<core::SigningKeyRow> R>
void fields(A& a, R& r) {
    a("id", r.id);
    a("organisation", r.organisation);
    a("public_key", r.key);
    a("revoked", r.revoked);
    a("log_index", r.index);
}

// Only ever added.
template <>
struct Table<core::SignedWriteRow> {
    static constexpr std::string_view kName = "signed_write";
    static constexpr std::string_view kKey = "";
};

template <typename A, Is<core::SignedWriteRow> R>
void fields(A& a, R& r) {
    a("digest", r.digest);
    a("organisation", r.organisation);
    a("at_s", r.at);
    a("log_index", r.index);
}

}  // namespace suanpan::db
