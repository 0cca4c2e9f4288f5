#include "apps/suanpan/session.hpp"

#include "apps/suanpan/table.hpp"
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "services/key_file.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

namespace suanpan::cli {
namespace {

constexpr JsonLimits kInputLimits{8U << 20U, 32};

}  // namespace

Result<client::Api*> Session::api() {
    if (!api_) {
        const auto parsed = client::parse_url(url);
        if (!parsed) return fail(parsed.error());
        client::RetryPolicy retry;
        retry.attempts = 4;
        api_ = std::make_unique<client::Api>(*parsed, key, retry);
        if (!sign_with.empty()) {
            const auto signing = sign_writes(*api_);
            if (!signing) {
                api_.reset();  // nothing goes unsigned
                return fail(signing.error());
            }
        }
    }
    return api_.get();
}

// The key says whose it is, and the server, unless it is told, for which log.
Result<void> Session::sign_writes(client::Api& with) const {
    auto secret = read_signing_key(sign_with);
    if (!secret) return fail(secret.error());
    const auto keys = with.list("/v1/signing-keys");
    if (!keys) return fail(keys.error());
    const auto own = std::ranges::find_if(
        *keys, [this](const Json& item) { return item.value("id", "") == sign_as; });
    if (own == keys->end())
        return fail("unknown_key", "the server knows no signing key " + sign_as);
    const auto organisation = parse_id<OrganisationId>(own->value("organisation", ""));
    if (!organisation) return fail(organisation.error());
    std::string log = sign_for;
    if (log.empty()) {
        const auto log_key = with.text("/v1/ledger/key");
        if (!log_key) return fail(log_key.error());
        log = log_key->substr(0, log_key->find('+'));
    }
    std::optional<Time> at;
    if (!sign_at.empty()) {
        const auto said = parse_time(sign_at);
        if (!said) return fail(said.error());
        at = *said;
    }
    with.sign_with({sign_as, std::move(*secret), *organisation, std::move(log), at});
    return {};
}

void Session::show(const Json& answer, const std::vector<Column>& columns) const {
    if (json) {
        fmt::print("{}\n", answer.dump(2));
    } else if (answer.is_array()) {
        fmt::print("{}", format_table(answer, columns));
    } else if (answer.contains("items") && answer.at("items").is_array()) {
        fmt::print("{}", format_table(answer.at("items"), columns));
    } else {
        fmt::print("{}", format_object(answer));
    }
}

Result<void> Session::get(const std::string& target, const std::vector<Column>& columns) {
    const auto server = api();
    if (!server) return fail(server.error());
    const auto answer = (*server)->get(target);
    if (!answer) return fail(answer.error());
    show(*answer, columns);
    return {};
}

Result<void> Session::list(const std::string& target, const std::vector<Column>& columns) {
    const auto server = api();
    if (!server) return fail(server.error());
    const auto answer = (*server)->list(target);
    if (!answer) return fail(answer.error());
    show(*answer, columns);
    return {};
}

Result<void> Session::get_rows(const std::string& target, const std::string& rows,
                               const std::vector<Column>& columns) {
    const auto server = api();
    if (!server) return fail(server.error());
    const auto answer = (*server)->get(target);
    if (!answer) return fail(answer.error());
    if (json) {
        show(*answer);
        return {};
    }
    Json rest = *answer;
    const Json table = rest.at(Json::json_pointer(rows));
    rest.erase(rows.substr(1));
    show(rest);
    fmt::print("\n");
    show(table, columns);
    return {};
}

Result<void> Session::post(const std::string& target, const Json& body) {
    const auto server = api();
    if (!server) return fail(server.error());
    const std::string used = idempotency_key.empty() ? to_hex(random_bytes(16)) : idempotency_key;
    const auto unknown = [&used] {
        fmt::print(stderr, "suanpan: outcome unknown; repeat with --idempotency-key {}\n", used);
    };
    try {
        const auto answer = (*server)->post(target, body, used);
        if (!answer) {
            if ((*server)->last_status() >= 500) unknown();
            return fail(answer.error());
        }
        show(*answer);
    } catch (const client::TransportError&) {
        unknown();
        throw;
    }
    return {};
}

int report(const Error& error) {
    fmt::print(stderr, "suanpan: {}: {}\n", error.code(), error.detail());
    for (const Fault& fault : error.faults())
        fmt::print(stderr, "  {} {}: {}\n", fault.pointer, fault.code, fault.detail);
    return kRefused;
}

Result<SigningKey> read_signing_key(const std::string& path) {
    auto seed = services::read_key_file(path);
    if (!seed) {
        return fail("no_file", path +
                                   " is no file of 64 hexadecimal digits that only its owner may "
                                   "read (mode 0600)");
    }
    SigningKey key(*seed);
    OPENSSL_cleanse(seed->data(), seed->size());
    return key;
}

Result<std::string> read_file(const std::string& path) {
    const auto all = [](std::istream& in) {
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    if (path == "-") return all(std::cin);
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail("no_file", "cannot read '" + path + "'");
    return all(in);
}

Result<Json> read_json(const std::string& text) {
    if (!text.starts_with('@')) return parse_json(text, kInputLimits);
    const auto file = read_file(text.substr(1));
    if (!file) return fail(file.error());
    return parse_json(*file, kInputLimits);
}

}  // namespace suanpan::cli
