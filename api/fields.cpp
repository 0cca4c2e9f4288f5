#include "api/fields.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

bool is_upper_or_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

Error invalid_request(Faults faults) {
    const std::string count = std::to_string(faults.size());
    return {"invalid_request",
            faults.size() == 1 ? "the request has a fault: " + faults.front().detail
                               : "the request has " + count + " faults",
            std::move(faults)};
}

Result<std::string> parse_currency(std::string_view text) {
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (text.size() == 3 && std::ranges::all_of(text, capital)) return std::string(text);
    return fail("bad_currency", "a currency is three capital letters (ISO 4217), as CNY");
}

Result<std::string> parse_class(std::string_view text) {
    const auto allowed = [](char c) { return is_upper_or_digit(c) || c == '-'; };
    if (!text.empty() && text.size() <= 32 && std::ranges::all_of(text, allowed) &&
        text.front() != '-' && text.back() != '-')
        return std::string(text);
    return fail("bad_class", "a compute class is capital letters, digits and hyphens, as AI-FP16");
}

}  // namespace suanpan::api
