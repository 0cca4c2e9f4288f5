// Any bytes: parse_json refuses them with one of its codes, or prints them canonically, which is a
// fixed point that CanonicalWriter's escaping agrees with.

#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using suanpan::Json;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_code_of_parse_json(std::string_view code) {
    return code == "body_too_large" || code == "bad_json" || code == "duplicate_key" ||
           code == "json_too_deep" || code == "bad_number" || code == "bad_character";
}

// The quick reader may leave a text to the others, but what it takes they take, and say the same.
void fuzz_plain(std::string_view text) {
    const auto members = suanpan::read_plain_json(text);
    if (!members) return;
    const auto value = suanpan::parse_json(text);
    require(value.has_value() && value->is_object() && value->size() == members->size());
    require(suanpan::canonical_json(*value) == text);
    for (const auto& [name, part] : *members)
        require(suanpan::canonical_json(value->at(std::string(name))) == part);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    fuzz_plain(text);
    const auto value = suanpan::parse_json(text);
    if (!value) {
        require(is_code_of_parse_json(value.error().code()));
        require(value.error().detail().size() < 200);
        require(!suanpan::is_canonical_json(text));
        return 0;
    }
    const std::string canonical = suanpan::canonical_json(*value);
    require(suanpan::is_canonical_json(canonical));
    require(suanpan::is_canonical_json(text) == (canonical == text));
    const auto again = suanpan::parse_json(canonical);
    require(again.has_value() && *again == *value);
    if (value->is_string()) {
        suanpan::CanonicalWriter writer;
        writer.string(value->get_ref<const std::string&>());
        require(writer.take() == canonical);
    }
    // What nlohmann's own parser makes of accepted text is the same value.
    require(Json::parse(text, nullptr, false) == *value);
    return 0;
}
