#pragma once

// Who owns a pool, as rows (market §3); see rows.hpp.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "settlement/title.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::core {

// past: it was confirmed, another one followed, and nothing that is still billed began under it.
enum class TitleState : std::uint8_t { kProposed, kConfirmed, kRefused, kReplaced, kPast };
std::string_view to_string(TitleState state);
Result<TitleState> parse_title_state(std::string_view text);

// What was proposed, and what became of it. The latest confirmed one at or before a moment says who
// owns the pool then; without any, the provider alone.
struct TitleRow {
    PoolId pool;
    settlement::Title title;
    TitleState state = TitleState::kProposed;
    std::vector<OrganisationId> missing{};  // whose word it waits for, or lacked at its end
    OrganisationId refused_by{};            // nil: nobody
    friend bool operator==(const TitleRow&, const TitleRow&) = default;
};

// Of the digest.
std::string line(const TitleRow& row);

}  // namespace suanpan::core
