#include "api/json/verdict.hpp"

#include <array>

namespace suanpan::api {

std::string_view verdict_word(settlement::Verdict verdict) {
    static constexpr std::array<std::string_view, 4> kWords = {"accepted", "accepted_with_gap",
                                                               "duplicate", "refused"};
    return kWords.at(static_cast<std::size_t>(verdict));
}

void write_json(CanonicalWriter& out, const settlement::ReadingVerdict& verdict) {
    out.begin_object();
    if (!verdict.code.empty()) out.field("code", verdict.code);
    if (!verdict.detail.empty()) out.field("detail", verdict.detail);
    out.field("epoch", std::to_string(verdict.epoch));
    out.field("result", verdict_word(verdict.verdict));
    out.field("seq", std::to_string(verdict.seq));
    if (verdict.verdict == settlement::Verdict::kRefused) {
        out.key("status");
        out.integer(422);
    }
    out.end_object();
}

}  // namespace suanpan::api
