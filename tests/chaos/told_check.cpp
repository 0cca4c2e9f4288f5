#include "base/json.hpp"
#include "tests/chaos/checks.hpp"

#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace suanpan::chaos {
namespace {

// What the database remembers of a key.
struct Remembered {
    int status = 0;
    std::string body;
    std::int64_t index = -1;  // none: no command's
};
using Name = std::tuple<std::string, std::string, std::string>;  // organisation, route, key

Json json_of(const std::string& text) {
    auto parsed = parse_json(text, JsonLimits{8U << 20U, 64});
    return parsed ? std::move(*parsed) : Json();
}

std::map<Name, Remembered> read_memory(Sql& sql) {
    std::map<Name, Remembered> out;
    for (Row& row :
         sql.rows("SELECT organisation, route, key, status, body, coalesce(log_index, -1)"
                  " FROM idempotency")) {
        out.emplace(Name(row[0], row[1], row[2]),
                    Remembered{std::stoi(row[3]), std::move(row[4]), std::stoll(row[5])});
    }
    return out;
}

std::string describe(const Exchange& exchange) {
    return exchange.party + ": " + exchange.target + " with key '" + exchange.key + "', answered " +
           std::to_string(exchange.status) + ' ' + exchange.answer.substr(0, 300);
}

// Refused before the market hears of it, so that nothing remembers it.
bool is_refused_at_the_door(const Json& problem) {
    static const std::set<std::string> kCodes = {"not_found"};
    return problem.is_object() && kCodes.contains(problem.value("code", ""));
}

class ClaimFinder {
 public:
    explicit ClaimFinder(Sql& sql) : memory_(read_memory(sql)) {}

    void see(const Exchange& exchange) {
        if (!exchange.is_known()) {
            wrong("never known", exchange);
        } else if (exchange.kind == Kind::kReadings) {
            see_readings(exchange);
        } else if (exchange.kind == Kind::kPlaceMany) {
            see_batch(exchange);
        } else if (exchange.kind == Kind::kSettle) {
            see_run(exchange);
        } else {
            see_keyed(exchange, exchange.key, exchange.status, json_of(exchange.answer), "");
        }
    }

    Claims take() { return std::move(claims_); }

 private:
    void wrong(std::string check, const Exchange& exchange, const std::string& more = "") {
        claims_.violations.push_back(
            {std::move(check), describe(exchange) + (more.empty() ? "" : "; " + more)});
    }

    Claim& claim(const Exchange& exchange, int status, Json body, std::int64_t index) {
        Claim& made = claims_.all.emplace_back();
        made.kind = exchange.kind;
        made.actor = exchange.actor;
        made.status = status;
        made.body = std::move(body);
        made.where = describe(exchange);
        made.index = index;
        made.sent_us = exchange.sent_us;
        made.answered_us = exchange.answered_us;
        return made;
    }

    // An answer under a key: the database must remember it as it was given.
    void see_keyed(const Exchange& exchange, const std::string& key, int status, Json body,
                   const std::string& item) {
        const auto found = memory_.find({to_uuid(exchange.actor.bytes), exchange.route, key});
        if (found == memory_.end()) {
            if (status < 300)
                wrong("acknowledged and lost", exchange, item + " nothing remembers it");
            else if (!is_refused_at_the_door(body))
                wrong("refused and lost", exchange, item + " nothing remembers it");
            return;
        }
        const Remembered& memory = found->second;
        if (memory.status != status || json_of(memory.body) != body) {
            wrong("remembered otherwise", exchange,
                  item + " the database has " + std::to_string(memory.status) + ' ' +
                      memory.body.substr(0, 300));
            return;
        }
        if (memory.index < 0) {
            wrong("no place in the log", exchange, item);
            return;
        }
        claim(exchange, status, std::move(body), memory.index);
    }

    void see_batch(const Exchange& exchange) {
        const Json answer = json_of(exchange.answer);
        const Json sent = json_of(exchange.body);
        if (exchange.status != 200 || !answer.contains("results")) {
            wrong("a batch without results", exchange);
            return;
        }
        for (const Json& result : answer["results"]) {
            const int status = result["status"];
            if (status >= 500) {
                // Not stored: the batch is asked for again only as a whole, which a client may.
                continue;
            }
            const std::string item = std::to_string(result["index"].get<int>());
            // An item's key is its own name, if it has one.
            const std::string name =
                sent["orders"][result["index"].get<std::size_t>()].value("client_order_id", "");
            see_keyed(exchange,
                      name.empty() ? exchange.key + "/" + item : "client_order_id/" + name, status,
                      status < 300 ? result["order"] : result["error"], "item " + item);
        }
    }

    void see_run(const Exchange& exchange) {
        Json answer = json_of(exchange.answer);
        if (exchange.status != 201) return;  // another is under way, or nothing is new
        const std::int64_t index = answer["log_index"];
        claim(exchange, exchange.status, std::move(answer), index);
    }

    void see_readings(const Exchange& exchange) {
        const Json answer = json_of(exchange.answer);
        const Json sent = json_of(exchange.body);
        if (exchange.status != 200 || !answer.contains("results")) {
            wrong("readings without results", exchange);
            return;
        }
        for (const Json& result : answer["results"]) {
            const std::size_t at = result["index"];
            const int status = result["status"];
            if (status >= 500) continue;
            if (status >= 300) {
                wrong("readings refused", exchange, result.dump());
                continue;
            }
            const Json& batch = result["batch"];
            Claim& made = claim(exchange, status, batch, batch["log_index"]);
            made.sent = canonical_json(sent["envelopes"][at]);
            for (const Json& reading : batch["readings"])
                made.repeats = made.repeats || reading["result"] == "duplicate";
        }
    }

    std::map<Name, Remembered> memory_;
    Claims claims_;
};

}  // namespace

Claims find_claims(Sql& sql, const std::vector<Exchange>& exchanges) {
    ClaimFinder finder(sql);
    for (const Exchange& exchange : exchanges)
        finder.see(exchange);
    return finder.take();
}

Violations check_acknowledged(Sql& sql, const std::vector<Exchange>& exchanges) {
    std::map<std::string, const Exchange*> told;  // by what the database must say of it
    std::string values;
    for (const Exchange& exchange : exchanges) {
        if (exchange.kind != Kind::kPlace || exchange.status != 201) continue;
        const Json body = json_of(exchange.answer);
        const auto id = parse_id<OrderId>(body["id"].get<std::string>());
        const std::string uuid = to_uuid(id.value().bytes);
        told.emplace(uuid, &exchange);
        values += (values.empty() ? "('" : ", ('") + uuid + "'::uuid, " +
                  std::to_string(body["log_index"].get<std::int64_t>()) + ")";
    }
    Violations out;
    if (told.empty()) return out;
    const auto missing =
        sql.rows("SELECT t.id FROM (VALUES " + values +
                 ") AS t (id, log_index)"
                 " LEFT JOIN orders o ON o.id = t.id AND o.log_index = t.log_index"
                 " LEFT JOIN ledger_entry e ON e.index = t.log_index AND e.kind = 'order'"
                 " WHERE o.id IS NULL OR e.index IS NULL");
    for (const Row& row : missing)
        out.push_back({"acknowledged and lost", describe(*told.at(row.front()))});
    return out;
}

std::vector<std::string> read_log(Sql& sql) {
    std::vector<std::string> out;
    for (Row& row : sql.rows("SELECT convert_from(bytes, 'UTF8') FROM ledger_entry ORDER BY index"))
        out.push_back(std::move(row.front()));
    return out;
}

}  // namespace suanpan::chaos
