#include "apps/suanpan-audit/log_statements.hpp"

#include "base/decimal.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace suanpan::audit {

EntryHook LogStatements::hook(std::string origin) {
    origin_ = std::move(origin);
    return {"key", [this](const EntryView& entry) -> Result<OrderedStep> {
                if (!ledger::is_log_statement(entry.bytes)) return OrderedStep{};
                return [this, index = entry.index, bytes = std::string(entry.bytes)] {
                    return take(index, bytes);
                };
            }};
}

Result<LateCheck> LogStatements::take(std::uint64_t index, const std::string& entry) {
    auto statement = ledger::read_log_statement(entry);
    if (!statement) return fail(statement.error());
    if (auto* const opened = std::get_if<ledger::OpenedSuccession>(&*statement)) {
        if (index != 0 || opened->succession.to.name != origin_) {
            return fail("foreign_succession",
                        "the entry says which lost log this one follows: it must be the first, and "
                        "be about this log");
        }
        succession_ = std::move(*opened);
    } else {
        const auto& rotation = std::get<ledger::Rotation>(*statement);
        const bool own = rotation.from.name == origin_;
        if (!own || (!rotations_.empty() && rotation.from != rotations_.back().rotation.to)) {
            return fail("foreign_rotation",
                        "the entry changes a key that is not the one in force: " +
                            to_string(rotation.from));
        }
        rotations_.push_back({index, rotation});
    }
    entries_.emplace_back(index, entry);
    return LateCheck{};
}

Result<void> LogStatements::reaches(const std::vector<ledger::VerifierKey>& trusted) const {
    if (rotations_.empty()) return {};
    for (const ledger::VerifierKey& key : trusted) {
        if (key == rotations_.front().rotation.from) return {};
        if (std::ranges::any_of(rotations_,
                                [&](const Rotated& rotated) { return rotated.rotation.to == key; }))
            return {};
    }
    return fail("foreign_rotation", "the log changed its key to " +
                                        to_string(rotations_.back().rotation.to) +
                                        ", but not by a chain that has a key given here");
}

Json LogStatements::state() const {
    Json out = Json::array();
    for (const auto& [index, entry] : entries_)
        out.push_back({{"index", std::to_string(index)}, {"entry", entry}});
    return out;
}

Result<void> LogStatements::restore(const Json& state) {
    if (!state.is_array()) return fail("bad_state", "the log's statements are no array");
    for (const Json& item : state) {
        if (!item.is_object() || !item.contains("index") || !item.at("index").is_string() ||
            !item.contains("entry") || !item.at("entry").is_string())
            return fail("bad_state", "a statement of the log is malformed");
        const auto index = parse_integer(item.at("index").get_ref<const std::string&>());
        if (!index || *index < 0) return fail("bad_state", "a statement's index is no number");
        const auto taken =
            take(static_cast<std::uint64_t>(*index), item.at("entry").get<std::string>());
        if (!taken) return fail("bad_state", taken.error().detail());
    }
    return {};
}

}  // namespace suanpan::audit
