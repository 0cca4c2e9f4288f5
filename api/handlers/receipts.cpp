// An organisation's own entries and their receipts. A shared entry is given only to the parties
// that it names; others' are not found (ledger "Entries").

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "db/queries/disputes.hpp"
#include "db/queries/log.hpp"
#include "db/queries/trading.hpp"
#include "ledger/receipt.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/publishing/tile_store.hpp"
#include "settlement/ruling.hpp"

namespace suanpan::api {

namespace {

constexpr std::string_view kForEver = "private, max-age=31536000, immutable";

std::string text_at(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_party_of_lease(const Call& call, const std::string& lease) {
    const auto id = parse_id<LeaseId>(lease);
    if (!id) return false;
    const auto row = call.read("find_lease", [&id](db::Tx& tx) { return db::find_lease(tx, *id); });
    const OrganisationId& own = call.caller.organisation;
    return row && (row->buyer == own || row->provider == own);
}

bool is_party_of_dispute(const Call& call, const DisputeId& id) {
    const auto row =
        call.read("find_dispute", [&id](db::Tx& tx) { return db::find_dispute(tx, id); });
    return row && is_party(*row, call.caller.organisation);
}

// What one side, or the arbiter, said is the other side's too.
bool is_said_in_own_dispute(const Call& call, const std::string& kind, const Json& body) {
    if (kind == "ruling") {
        const auto envelope = read_envelope(body.value("envelope", Json::object()));
        if (!envelope) return false;
        const auto ruling = settlement::parse_ruling(envelope->payload);
        return ruling && is_party_of_dispute(call, ruling->dispute);
    }
    if (kind != "dispute") return false;
    if (body.contains("lease")) return is_party_of_lease(call, text_at(body, "lease"));
    const auto id = parse_id<DisputeId>(text_at(body, "id"));
    return id && is_party_of_dispute(call, *id);
}

// Whose entry it is: who sent the command, whom the operator's command is about, the parties of a
// trade, those of the lease that a lease's, settlement's or dispute's entry is about, and the
// owners for whom the dispute is the notice.
bool is_own(const Call& call, const std::string& kind, const Json& entry) {
    const std::string own = to_string(call.caller.organisation);
    const Json body = entry.value("body", Json::object());
    if (entry.contains("command"))
        return text_at(entry, "actor") == own || text_at(body, "organisation") == own ||
               is_said_in_own_dispute(call, kind, body);
    if (kind == "trade") return text_at(body, "buyer") == own || text_at(body, "provider") == own;
    if (kind == "lease") return is_party_of_lease(call, text_at(body, "id"));
    if (kind == "dispute") {
        const auto id = parse_id<DisputeId>(text_at(body, "id"));
        return id && is_party_of_dispute(call, *id);
    }
    if (kind == "settlement" || kind == "correction")
        return is_party_of_lease(call, text_at(body, "lease"));
    return false;
}

Result<db::EntryRow> find_own_entry(const Call& call) {
    const auto index = parse_integer(call.parameters.at(0));
    if (!index || *index < 0) return fail(not_found());
    const bool auditor = call.caller.has(core::Role::kAuditor);
    const db::Reader reader = auditor ? call.context.database.all_rows() : call.reader();
    auto row = reader.read("find_entry",
                           [&index](db::Tx& tx) { return db::find_entry(tx, LogIndex(*index)); });
    if (!row) return fail(not_found());
    if (auditor) return std::move(*row);
    const auto entry = parse_json(row->bytes, JsonLimits{row->bytes.size(), 64});
    if (!entry || !is_own(call, row->kind, *entry)) return fail(not_found());
    return std::move(*row);
}

// Sequenced, but not under a published checkpoint yet.
Response not_yet(std::int64_t index) {
    Response response = json_response({{"ack", "sequenced"}, {"log_index", index}}, 202);
    response.headers.emplace_back("Retry-After", "1");
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

}  // namespace

Result<Response> get_receipt(Call& call) {
    const auto row = find_own_entry(call);
    if (!row) return fail(row.error());
    const auto receipt =
        services::make_receipt(*call.context.tiles, static_cast<std::uint64_t>(row->index.value));
    if (!receipt && receipt.error().code() == "not_published") return not_yet(row->index.value);
    if (!receipt) return fail(receipt.error());
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    // A later one, under a later checkpoint, proves the same.
    response.headers.emplace_back("Cache-Control", kForEver);
    response.headers.emplace_back(
        "Content-Disposition",
        "attachment; filename=\"entry-" + std::to_string(row->index.value) + ".tlog-proof\"");
    response.body = ledger::to_string(*receipt);
    return response;
}

// The bytes that were hashed: with the receipt, all that a proof needs.
Result<Response> get_own_entry(Call& call) {
    auto row = find_own_entry(call);
    if (!row) return fail(row.error());
    Response response;
    response.headers.emplace_back("Cache-Control", kForEver);
    response.body = std::move(row->bytes);
    return response;
}

}  // namespace suanpan::api
