#include "tests/api/answered_codes.hpp"

#include "support/files.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <set>
#include <vector>

namespace suanpan::test {

namespace {

namespace fs = std::filesystem;

// The publisher's codes are reasons in /v1/ledger, not answers.
constexpr std::array<std::string_view, 6> kFolders = {"api",      "base",     "core",
                                                      "matching", "services", "settlement"};
constexpr std::string_view kPublishing = "services/publishing";

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_code(std::string_view text) {
    return !text.empty() && std::islower(static_cast<unsigned char>(text.front())) != 0 &&
           std::ranges::all_of(text, [](char c) {
               return std::islower(static_cast<unsigned char>(c)) != 0 ||
                      std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '_';
           });
}

// The bracket in which the text at `at` stands, and its place in that list.
struct Place {
    std::size_t open = std::string_view::npos;
    int commas = 0;
};

Place place_of(std::string_view source, std::size_t at) {
    constexpr std::size_t kFarthest = 400;
    Place place;
    int depth = 0;
    for (std::size_t i = at; i-- > 0 && at - i < kFarthest;) {
        const char c = source[i];
        if (c == '"') i = source.rfind('"', i - 1);
        if (c == ')' || c == '}' || c == ']') ++depth;
        if (c == ';' && depth == 0) return {};
        if (c == ',' && depth == 0) ++place.commas;
        if ((c == '(' || c == '{' || c == '[') && depth-- == 0) {
            place.open = i;
            return place;
        }
    }
    return {};
}

// The last two words before `at`: "Error" and "late" of "const Error late(".
std::array<std::string_view, 2> words_before(std::string_view source, std::size_t at) {
    std::array<std::string_view, 2> out;
    for (std::string_view& word : out) {
        while (at > 0 && std::isspace(static_cast<unsigned char>(source[at - 1])) != 0)
            --at;
        std::size_t begin = at;
        while (begin > 0 && is_word(source[begin - 1]))
            --begin;
        word = source.substr(begin, at - begin);
        at = begin;
    }
    return out;
}

// "push_back" of "push_back(\n  {": what takes the list in braces that opens at `open`.
std::string_view word_around(std::string_view source, std::size_t open) {
    const std::size_t last = source.find_last_not_of(" \n", open - 1);
    return words_before(source, source[last] == '(' ? last : last + 1).front();
}

// What follows the code in a row of problem.cpp: ", 404}".
bool is_row(std::string_view text) {
    return text.size() == 6 && text.starts_with(", ") && text.back() == '}' &&
           std::ranges::all_of(text.substr(2, 3), [](unsigned char c) { return std::isdigit(c); });
}

// fail("code", …), Error late("code", …), return {"code", …}, refuse({"code", …}), {"code", 404},
// fault(name, "code", …), add(pointer, "code", …), push_back({pointer, "code", …}).
bool is_answer(std::string_view source, std::size_t begin, std::size_t end) {
    const Place place = place_of(source, begin);
    if (place.open == std::string_view::npos) {
        const std::string_view before = source.substr(begin < 10 ? 0 : begin - 10, 10);
        return before.find("code = ") != std::string_view::npos ||
               before.find("Failed = ") != std::string_view::npos;
    }
    const auto [last, before] = words_before(source, place.open);
    const std::string_view callee = word_around(source, place.open);
    if (source[place.open] == '(') {
        static const std::set<std::string_view> kFirst{"fail", "Error", "refuse"};
        static const std::set<std::string_view> kSecond{"fault", "add", "refusal"};
        return place.commas == 0 ? kFirst.contains(last) || before == "Error"
                                 : place.commas == 1 && kSecond.contains(last);
    }
    if (source[place.open] != '{') return false;
    if (place.commas == 1) return callee == "push_back" || callee == "Fault";
    const bool row = is_row(source.substr(end + 1, 6));
    return place.commas == 0 &&
           (row || callee == "return" || callee == "refuse" || callee == "Error");
}

// Of one line, since a quote as a character ('"') would shift what is text.
void add_codes(std::string_view source, std::size_t begin, std::size_t end, const std::string& name,
               std::map<std::string, std::string>& out) {
    for (std::size_t open = source.find('"', begin); open < end;) {
        const std::size_t close = source.find('"', open + 1);
        if (close >= end) return;
        const std::string_view text = source.substr(open + 1, close - open - 1);
        if (is_code(text) && is_answer(source, open, close)) out.emplace(text, name);
        open = source.find('"', close + 1);
    }
}

void add_codes(std::string_view source, const std::string& name,
               std::map<std::string, std::string>& out) {
    for (std::size_t begin = 0; begin < source.size();) {
        const std::size_t end = std::min(source.find('\n', begin), source.size());
        add_codes(source, begin, end, name, out);
        begin = end + 1;
    }
}

struct Unseen {
    std::string_view reason;
    std::set<std::string_view> codes;
};

const std::array kUnseen = std::to_array<Unseen>({
    {"ids are made by the server, and are new",
     {"agreement_exists", "attestation_exists", "grant_exists", "key_exists", "meter_exists",
      "organisation_exists", "payment_key_exists", "pool_exists", "programme_exists",
      "project_exists", "site_exists", "user_exists"}},
    {"the handler refuses it before, as a fault of the request",
     {"bad_band", "bad_counterparties", "bad_description", "bad_limits", "bad_lots",
      "bad_requirement", "bad_roles", "bad_site", "reversal_differs"}},
    {"another code is answered for it", {"order_not_found", "pool_not_found"}},
    {"there is no route for it, or the server does it before all calls",
     {"bad_approval", "bad_uuid", "no_operator", "unknown_attestation"}},
    {"of the log, its replay and what is read back from the database",
     {"bad_account_kind", "bad_entry", "bad_samples", "bad_snapshot", "foreign_signature",
      "replay_differs", "signed_otherwise", "time_decreases", "unverifiable_author"}},
    {"of tokens and the identity provider's keys: the caller is told `unauthorized`",
     {"bad_jwk", "bad_jwks", "bad_token", "unused_jwk"}},
    {"told on the stream, as docs/api.md has it",
     {"not_subscribed", "subscribed_already", "too_many_channels", "unknown_channel",
      "unknown_op"}},
    {"of postings, bills and invoices: whatever could refuse is checked before",
     {"already_reserved", "bad_credit", "bad_fees", "bad_lot_time", "bad_series", "bad_terms",
      "bad_voucher", "empty_entry", "exceeds_hold", "not_an_invoice", "over_invoice",
      "over_redeemed", "over_reserved", "related_parties", "unbalanced", "unknown_invoice"}},
});

}  // namespace

std::map<std::string, std::string> codes_in_source() {
    std::map<std::string, std::string> out;
    for (const std::string_view folder : kFolders) {
        const fs::path root = fs::path(SUANPAN_SOURCE_DIR) / folder;
        for (const auto& file : fs::recursive_directory_iterator(root)) {
            const std::string name = fs::relative(file.path(), SUANPAN_SOURCE_DIR).generic_string();
            const bool code = name.ends_with(".cpp") || name.ends_with(".hpp");
            if (!code || name.starts_with(kPublishing)) continue;
            add_codes(support::read_file(file.path()), name, out);
        }
    }
    return out;
}

std::optional<std::string_view> reason_not_answered(const std::string& code) {
    for (const Unseen& unseen : kUnseen) {
        if (unseen.codes.contains(code)) return unseen.reason;
    }
    return std::nullopt;
}

}  // namespace suanpan::test
