#pragma once

// Ids are 128 bits in UUIDv7 layout (RFC 9562 §5.7: 48 bits of milliseconds, version, variant, 74
// free bits), printed as a prefix and 26 characters of Crockford base32, so that their text sorts
// by time ("ord_01J…"). Outside the core the free bits are random; inside it they are derived, so
// that a replay makes the same ids.

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace suanpan {

using IdBytes = std::array<std::uint8_t, 16>;

template <typename Kind>
struct Id {
    IdBytes bytes{};

    static constexpr std::string_view kPrefix = Kind::kPrefix;
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
    [[nodiscard]] bool is_nil() const { return bytes == IdBytes{}; }
};

struct OrganisationKind {
    static constexpr std::string_view kPrefix = "org_";
};
struct ProjectKind {
    static constexpr std::string_view kPrefix = "prj_";
};
struct ApiKeyKind {
    static constexpr std::string_view kPrefix = "key_";
};
struct SigningKeyKind {
    static constexpr std::string_view kPrefix = "sgk_";
};
struct MeterKind {
    static constexpr std::string_view kPrefix = "mtr_";
};
struct SiteKind {
    static constexpr std::string_view kPrefix = "sit_";
};
struct PoolKind {
    static constexpr std::string_view kPrefix = "pol_";
};
struct AttestationKind {
    static constexpr std::string_view kPrefix = "att_";
};
struct OrderKind {
    static constexpr std::string_view kPrefix = "ord_";
};
struct TradeKind {
    static constexpr std::string_view kPrefix = "trd_";
};
struct LeaseKind {
    static constexpr std::string_view kPrefix = "lse_";
};
struct JournalKind {
    static constexpr std::string_view kPrefix = "jrn_";
};
struct RunKind {
    static constexpr std::string_view kPrefix = "run_";
};
struct AgreementKind {
    static constexpr std::string_view kPrefix = "agr_";
};
struct ProgrammeKind {
    static constexpr std::string_view kPrefix = "vpr_";
};
struct GrantKind {
    static constexpr std::string_view kPrefix = "grt_";
};
struct DisputeKind {
    static constexpr std::string_view kPrefix = "dsp_";
};
struct ApprovalKind {
    static constexpr std::string_view kPrefix = "apv_";
};
struct CommandKind {
    static constexpr std::string_view kPrefix = "cmd_";
};

using OrganisationId = Id<OrganisationKind>;
using ProjectId = Id<ProjectKind>;
using ApiKeyId = Id<ApiKeyKind>;
using SigningKeyId = Id<SigningKeyKind>;
using MeterId = Id<MeterKind>;
using SiteId = Id<SiteKind>;
using PoolId = Id<PoolKind>;
using AttestationId = Id<AttestationKind>;
using OrderId = Id<OrderKind>;
using TradeId = Id<TradeKind>;
using LeaseId = Id<LeaseKind>;
using JournalId = Id<JournalKind>;
using RunId = Id<RunKind>;
using AgreementId = Id<AgreementKind>;
using ProgrammeId = Id<ProgrammeKind>;
using GrantId = Id<GrantKind>;
using DisputeId = Id<DisputeKind>;
using ApprovalId = Id<ApprovalKind>;
using CommandId = Id<CommandKind>;

std::string encode_id(std::string_view prefix, const IdBytes& bytes);
Result<IdBytes> decode_id(std::string_view prefix, std::string_view text);  // error `bad_id`
// REQUIRES a time from 1970 on whose milliseconds fit 48 bits (until the year 10889).
IdBytes make_id_bytes(Time time, const std::array<std::uint8_t, 10>& free_bits);
// The free bits are SHA-256(command id ‖ ordinal as 4 bytes big-endian).
IdBytes derive_id_bytes(Time time, const CommandId& command, std::uint32_t ordinal);
// The time that such an id was made with.
Time id_time(const IdBytes& bytes);
// For PostgreSQL's uuid type: "xxxxxxxx-xxxx-…" in lower case, and back from just that
// (`bad_uuid`).
std::string to_uuid(const IdBytes& bytes);
Result<IdBytes> from_uuid(std::string_view text);

template <typename Kind>
std::string to_string(const Id<Kind>& id) {
    return encode_id(Kind::kPrefix, id.bytes);
}

template <typename IdType>
Result<IdType> parse_id(std::string_view text) {
    const auto bytes = decode_id(IdType::kPrefix, text);
    if (!bytes) return fail(bytes.error());
    IdType id;
    id.bytes = *bytes;
    return id;
}

template <typename IdType>
IdType derive_id(Time time, const CommandId& command, std::uint32_t ordinal) {
    IdType id;
    id.bytes = derive_id_bytes(time, command, ordinal);
    return id;
}

struct IdHash {
    template <typename Kind>
    std::size_t operator()(const Id<Kind>& id) const {
        // The last eight bytes are random or a hash's, so they need no mixing.
        std::size_t out = 0;
        for (std::size_t i = 8; i < 16; ++i)
            out = out << 8 | id.bytes[i];
        return out;
    }
};

}  // namespace suanpan
