// Disputes from the command line. A ruling is signed here: the arbiter's private key stays with it.

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "settlement/ruling.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace suanpan::cli {
namespace {

struct IdInput {
    std::string id;
};
struct ListInput {
    std::string lease;
    std::string state;
    std::string organisation;
    bool open = false;
};
struct DeliveredInput {
    std::string id;
    std::string lot_us;
    std::int64_t credit_ppm = 0;
    std::string by;
};
struct OpenInput {
    std::string lease;
    std::string window_start;
    std::string reason = "other";
    DeliveredInput delivered;
};
struct EvidenceInput {
    std::string id;
    std::vector<std::int64_t> entries;
};
struct RuleInput {
    DeliveredInput delivered;
    std::string key;
    std::string seed_file;
};
struct KeyInput {
    std::string organisation;
    std::string public_key;
};

const std::vector<Column> kColumns = {{"id", "/id"},
                                      {"lease", "/lease"},
                                      {"window", "/window/start"},
                                      {"reason", "/reason"},
                                      {"state", "/state"},
                                      {"final lot_us", "/final/lot_us"},
                                      {"claimed lot_us", "/claimed/lot_us"},
                                      {"result lot_us", "/result/lot_us"},
                                      {"deadline", "/deadline"}};

std::string path_of(const std::string& id, const std::string& action = {}) {
    return "/v1/disputes/" + id + (action.empty() ? "" : "/" + action);
}

void delivered_options(CLI::App& app, DeliveredInput& in) {
    app.add_option("--lot-us", in.lot_us, "lot-microseconds delivered")->required();
    app.add_option("--credit-ppm", in.credit_ppm, "guarantees' credit, parts per million");
}

void speaker_option(CLI::App& app, std::string& by) {
    app.add_option("--by", by, "provider or buyer; needed only of who could be either");
}

Json body_of(const DeliveredInput& in) {
    Json body{{"lot_us", in.lot_us}, {"credit_ppm", in.credit_ppm}};
    put(body, "by", in.by);
    return body;
}

// 32 bytes in hexadecimal digits, in a file of its own.
Result<SigningKey> read_key(const std::string& path) {
    auto text = read_file(path);
    if (!text) return fail(text.error());
    while (!text->empty() && text->back() == '\n')
        text->pop_back();
    const auto bytes = from_hex(*text);
    Seed seed{};
    if (!bytes || bytes->size() != seed.size())
        return fail("bad_key", "the file holds a private key as 64 hexadecimal digits");
    std::ranges::copy(*bytes, seed.begin());
    return SigningKey(seed);
}

Result<void> rule(Session& session, const RuleInput& in) {
    const auto dispute = parse_id<DisputeId>(in.delivered.id);
    if (!dispute) return fail(dispute.error());
    const auto key_id = parse_id<SigningKeyId>(in.key);
    if (!key_id) return fail(key_id.error());
    const auto lot_us = parse_integer(in.delivered.lot_us);
    if (!lot_us) return fail(lot_us.error());
    const auto key = read_key(in.seed_file);
    if (!key) return fail(key.error());
    const settlement::Ruling ruling{*dispute, *key_id, {*lot_us, Ppm(in.delivered.credit_ppm)}};
    const DsseEnvelope envelope = make_envelope(settlement::kRulingPayloadType,
                                                settlement::make_ruling(ruling), in.key, *key);
    return session.post(path_of(in.delivered.id, "ruling"),
                        {{"envelope", Json::parse(envelope_json(envelope))}});
}

void add_looking(CLI::App& group, Session& session) {
    add_command<ListInput>(
        group, session, "list", "Those of your leases; operator, arbiter: all",
        [](CLI::App& app, ListInput& in) {
            app.add_option("--lease", in.lease, "lse_…");
            app.add_option("--state", in.state, "opened, evidence, agreed, ruled, lapsed");
            app.add_option("--organisation", in.organisation, "one of the two sides, org_…");
            app.add_flag("--open", in.open, "only those that have not ended");
        },
        [](Session& s, const ListInput& in) {
            return s.list(client::with_query("/v1/disputes", {{"lease", in.lease},
                                                              {"state", in.state},
                                                              {"organisation", in.organisation},
                                                              {"open", in.open ? "true" : ""}}),
                          kColumns);
        });
    add_command<IdInput>(
        group, session, "show", "One, with its evidence and offers",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "dsp_…")->required(); },
        [](Session& s, const IdInput& in) { return s.get(path_of(in.id)); });
}

void add_speaking(CLI::App& group, Session& session) {
    add_command<OpenInput>(
        group, session, "open", "Say that another lot-time of a final window is right",
        [](CLI::App& app, OpenInput& in) {
            app.add_option("--lease", in.lease, "lse_…")->required();
            app.add_option("--window", in.window_start, "its start, RFC 3339 UTC")->required();
            app.add_option("--reason", in.reason, "wrong_meter, missing, not_usable, other")
                ->capture_default_str();
            delivered_options(app, in.delivered);
            speaker_option(app, in.delivered.by);
        },
        [](Session& s, const OpenInput& in) {
            Json body = body_of(in.delivered);
            body["lease"] = in.lease;
            body["window_start"] = in.window_start;
            body["reason"] = in.reason;
            return s.post("/v1/disputes", body);
        });
    add_command<IdInput>(
        group, session, "claim", "Provider: stand by what is disputed",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "dsp_…")->required(); },
        [](Session& s, const IdInput& in) {
            return s.post(path_of(in.id, "claim"), Json::object());
        });
    add_command<EvidenceInput>(
        group, session, "evidence", "Name log entries as evidence",
        [](CLI::App& app, EvidenceInput& in) {
            app.add_option("id", in.id, "dsp_…")->required();
            app.add_option("--entry", in.entries, "log indices")->required()->delimiter(',');
        },
        [](Session& s, const EvidenceInput& in) {
            Result<void> done;
            for (const std::int64_t entry : in.entries) {
                done = s.post(path_of(in.id, "evidence"), {{"entry", entry}});
                if (!done) return done;
            }
            return done;
        });
    add_command<DeliveredInput>(
        group, session, "offer", "What you would accept; the same of both ends it",
        [](CLI::App& app, DeliveredInput& in) {
            app.add_option("id", in.id, "dsp_…")->required();
            delivered_options(app, in);
            speaker_option(app, in.by);
        },
        [](Session& s, const DeliveredInput& in) {
            return s.post(path_of(in.id, "offers"), body_of(in));
        });
}

void add_ruling(CLI::App& group, Session& session) {
    add_command<RuleInput>(
        group, session, "rule", "Arbiter: sign a ruling and hand it in",
        [](CLI::App& app, RuleInput& in) {
            app.add_option("id", in.delivered.id, "dsp_…")->required();
            delivered_options(app, in.delivered);
            app.add_option("--key", in.key, "your registered key, sgk_…")->required();
            app.add_option("--seed-file", in.seed_file, "its private part, 64 hex digits")
                ->required();
        },
        rule);
    CLI::App& keys = add_group(group, "key", "Arbiters' keys");
    add_command<KeyInput>(
        keys, session, "register", "Operator: a key that rulings are signed with",
        [](CLI::App& app, KeyInput& in) {
            app.add_option("--organisation", in.organisation, "the arbiter, org_…")->required();
            app.add_option("--public-key", in.public_key, "Ed25519, base64")->required();
        },
        [](Session& s, const KeyInput& in) {
            return s.post("/v1/arbiter-keys",
                          {{"organisation", in.organisation}, {"public_key", in.public_key}});
        });
    add_command(keys, session, "list", "All of them", [](Session& s) {
        return s.list("/v1/arbiter-keys", {{"id", "/id"},
                                           {"organisation", "/organisation"},
                                           {"public key", "/public_key"},
                                           {"revoked", "/revoked"}});
    });
    add_command<IdInput>(
        keys, session, "revoke", "Operator or arbiter: it signs no more",
        [](CLI::App& app, IdInput& in) { app.add_option("id", in.id, "sgk_…")->required(); },
        [](Session& s, const IdInput& in) {
            return s.post("/v1/arbiter-keys/" + in.id + ":revoke", Json::object());
        });
}

}  // namespace

void add_disputes(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "dispute", "Disputes of billing windows");
    add_looking(group, session);
    add_speaking(group, session);
    add_ruling(group, session);
}

}  // namespace suanpan::cli
