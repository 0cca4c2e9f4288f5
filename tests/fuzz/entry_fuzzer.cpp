// Any bytes as a log entry: refused with one of the reader's codes, or a canonical object with the
// fields that every entry has. The quick way, without the body, must say the same.

#include "base/json.hpp"
#include "ledger/entry.hpp"
#include "ledger/succession.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

namespace ledger = suanpan::ledger;

void require(bool holds) {
    if (!holds) std::abort();
}

constexpr std::array<std::string_view, 11> kCodes = {
    "entry_too_large", "body_too_large", "bad_json",   "duplicate_key",
    "json_too_deep",   "bad_character",  "bad_number", "not_canonical",
    "unknown_version", "unknown_kind",   "bad_entry"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    suanpan::Json body;
    const auto header = ledger::parse_entry(text, &body);
    const auto quick = ledger::parse_entry(text);
    require(header.has_value() == quick.has_value());
    if (quick) {
        require(quick->kind == header->kind && quick->time == header->time &&
                quick->salt == header->salt && quick->auth == header->auth);
    } else {
        require(quick.error().code() == header.error().code());
    }
    if (!header) {
        require(std::ranges::find(kCodes, header.error().code()) != kCodes.end());
        require(!ledger::read_log_statement(text));
        return 0;
    }
    require(ledger::is_entry_kind(header->kind) && header->salt.size() == 32);
    require(body.at("kind") == header->kind && suanpan::canonical_json(body) == text);
    // What is read as a statement begins as one: its first bytes tell it from the market's entries.
    if (ledger::read_log_statement(text)) require(ledger::is_log_statement(text));
    return 0;
}
