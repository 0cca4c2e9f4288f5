#include "tests/db/tenants_world.hpp"

#include "base/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <sstream>

namespace suanpan::db {
namespace {

IdBytes bytes_of(std::string_view name) {
    IdBytes bytes{};
    std::ranges::transform(name, bytes.end() - static_cast<std::ptrdiff_t>(name.size()),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return bytes;
}

template <typename IdType>
std::string text_of(std::string_view name) {
    return to_string(IdType{bytes_of(name)});
}

// put('table', '{"column": value}'): the other columns that need a value get the plainest. The
// checks of the columns hold; foreign keys and triggers do not look.
constexpr std::string_view kPut = R"sql(
SET session_replication_role = replica;
CREATE FUNCTION put(target regclass, given jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    plain jsonb;
BEGIN
    SELECT jsonb_object_agg(a.attname, CASE
        WHEN t.typcategory = 'A' THEN '[]'::jsonb
        WHEN t.typname = 'uuid' THEN '"00000000-0000-0000-0000-000000000000"'
        WHEN t.typname = 'bool' THEN 'false'
        WHEN t.typname = 'jsonb' THEN '{}'
        WHEN coalesce(b.typname, t.typname) = 'bytea'
            THEN to_jsonb('\x' || encode(sha256(given::text::bytea), 'hex'))
        WHEN t.typname = 'order_unit' THEN '"lot"'
        WHEN coalesce(b.typname, t.typname) = 'text' THEN '"x"'
        ELSE '1' END) INTO plain
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
    WHERE a.attrelid = target AND a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped;
    EXECUTE format('INSERT INTO %s SELECT (r).* FROM jsonb_populate_record(NULL::%s, $1) AS r',
                   target, target) USING plain || given;
END
$$;
)sql";

// '#name' stands for an uuid.
constexpr std::string_view kRows = R"rows(
organisation {"id":"#oper","roles":["operator"]}
organisation {"id":"#buyer"}
organisation {"id":"#seller"}
organisation {"id":"#owner"}
organisation {"id":"#funder"}
organisation {"id":"#spons"}
organisation {"id":"#judge"}
organisation {"id":"#other"}
organisation {"id":"#third"}
organisation_name {"organisation":"#oper"}
organisation_name {"organisation":"#buyer"}
organisation_name {"organisation":"#seller"}
organisation_name {"organisation":"#owner"}
organisation_name {"organisation":"#funder"}
organisation_name {"organisation":"#judge"}
organisation_name {"organisation":"#other"}
organisation_name {"organisation":"#third"}
account_balance {"organisation":"#buyer"}
account_balance {"organisation":"#other"}
agreement {"id":"#agr1","provider":"#seller","buyer":"#buyer"}
agreement {"id":"#agr2","provider":"#third","buyer":"#other"}
api_key {"id":"#key1","organisation":"#buyer"}
api_key {"id":"#key2","organisation":"#other"}
billing_window {"lease":"#lse1","start_s":0,"end_s":3600}
billing_window {"lease":"#lse2","start_s":0,"end_s":3600}
pool {"id":"#pool1","organisation":"#seller"}
pool {"id":"#pool2","organisation":"#third"}
block {"log_index":1,"pool":"#pool1","start_s":0,"end_s":1}
block {"log_index":2,"pool":"#pool2","start_s":0,"end_s":1}
cash_move {"id":"#apv1","organisation":"#buyer","action":"deposit","state":"requested","payment":""}
cash_move {"id":"#apv2","organisation":"#other","action":"deposit","state":"requested","payment":""}
dispute {"id":"#dsp1","lease":"#lse1","start_s":0,"end_s":3600,"buyer":"#buyer","provider":"#seller","owners":["#owner","#seller"]}
dispute {"id":"#dsp2","lease":"#lse2","start_s":0,"end_s":3600,"buyer":"#other","provider":"#third","owners":["#third"]}
invoice {"number":"1","organisation":"#buyer"}
invoice {"number":"2","organisation":"#other"}
journal {"id":"#jrn1","organisations":["#buyer","#seller"],"currencies":["CNY","CNY"],"accounts":["a","b"],"amounts_micro":[-5,5]}
journal {"id":"#jrn2","organisations":["#other","#third"],"currencies":["CNY","CNY"],"accounts":["a","b"],"amounts_micro":[-5,5]}
lease {"id":"#lse1","buyer":"#buyer","provider":"#seller","pool":"#pool1","start_s":0,"end_s":7200}
lease {"id":"#lse2","buyer":"#other","provider":"#third","pool":"#pool2","start_s":0,"end_s":7200}
meter {"id":"#mtr1","organisation":"#seller","role":"provider"}
meter {"id":"#mtr2","organisation":"#third","role":"provider"}
meter {"id":"#mtr3","organisation":"#oper","role":"operator"}
meter_key {"meter":"#mtr1"}
meter_key {"meter":"#mtr2"}
orders {"id":"#ord1","organisation":"#buyer","side":"buy","start_s":0,"end_s":3600}
orders {"id":"#ord2","organisation":"#seller","side":"sell","pool":"#pool1","start_s":0,"end_s":3600}
orders {"id":"#ord3","organisation":"#other","side":"buy","start_s":0,"end_s":3600}
order_text {"order_id":"#ord1","organisation":"#buyer"}
order_text {"order_id":"#ord2","organisation":"#seller"}
order_text {"order_id":"#ord3","organisation":"#other"}
payment_key {"id":"#pay1","organisation":"#buyer"}
payment_key {"id":"#pay2","organisation":"#other"}
pending_release {"journal_id":"#jrn1","organisation":"#seller"}
pending_release {"journal_id":"#jrn2","organisation":"#third"}
period_balance {"month":1,"organisation":"#buyer"}
period_balance {"month":1,"organisation":"#other"}
person {"id":"#prs1","organisation":"#buyer"}
person {"id":"#prs2","organisation":"#other"}
person_name {"person":"#prs1"}
person_name {"person":"#prs2"}
project {"id":"#prj1","organisation":"#buyer"}
project {"id":"#prj2","organisation":"#other"}
project_budget {"project":"#prj1"}
project_budget {"project":"#prj2"}
reading {"lease":"#lse1","meter":"#mtr1","start_s":0,"end_s":3600,"log_index":11}
reading {"lease":"#lse1","meter":"#mtr1","seq":2,"start_s":3600,"end_s":7200,"log_index":12}
reading {"lease":"#lse2","meter":"#mtr2","start_s":3600,"end_s":7200,"log_index":21}
reading {"lease":"#lse2","meter":"#mtr3","start_s":3600,"end_s":7200,"log_index":22}
settlement_line {"lease":"#lse1","start_s":0,"end_s":3600,"owners":["#owner","#seller"],"owners_micro":[1,1],"voucher_micro":5,"grant_id":"#grt1","log_index":31}
settlement_line {"lease":"#lse1","start_s":3600,"end_s":7200,"owners":["#seller"],"owners_micro":[1],"voucher_micro":0,"grant_id":"#grt1","log_index":32}
settlement_line {"lease":"#lse2","start_s":0,"end_s":3600,"owners":["#third"],"owners_micro":[1],"voucher_micro":0,"log_index":33}
signed_write {"digest":"\\x00000000000000000000000000000001","organisation":"#buyer"}
signed_write {"digest":"\\x00000000000000000000000000000002","organisation":"#other"}
signing_key {"id":"#sgk1","organisation":"#buyer"}
signing_key {"id":"#sgk2","organisation":"#other"}
title {"pool":"#pool1","log_index":41,"owners":["#owner","#seller"],"shares_ppm":[1,1],"state":"confirmed"}
title {"pool":"#pool1","log_index":42,"owners":["#other","#seller"],"shares_ppm":[1,1],"state":"proposed","missing":["#other"]}
title {"pool":"#pool2","log_index":43,"owners":["#third"],"shares_ppm":[1],"state":"past"}
trade {"id":"#trd1","buyer":"#buyer","provider":"#seller","start_s":0,"end_s":1}
trade {"id":"#trd2","buyer":"#other","provider":"#third","start_s":0,"end_s":1}
voucher_grant {"id":"#grt1","programme":"#vpr1","organisation":"#buyer","amount_micro":4,"left_micro":0}
voucher_grant {"id":"#grt2","programme":"#vpr2","organisation":"#other","amount_micro":4,"left_micro":0}
webhook_endpoint {"id":"#whk1","organisation":"#buyer","events":["x"],"enabled":true,"disabled_by":""}
webhook_endpoint {"id":"#whk2","organisation":"#other","events":["x"],"enabled":true,"disabled_by":""}
webhook_event {"id":"#wev1","organisation":"#buyer"}
webhook_event {"id":"#wev2","organisation":"#other"}
webhook_delivery {"id":"#wdl1","endpoint":"#whk1","event":"#wev1","state":"dead"}
webhook_delivery {"id":"#wdl2","endpoint":"#whk2","event":"#wev2","state":"dead"}
)rows";

constexpr std::string_view kSights = R"sights(
account_balance organisation | buyer: buyer | other: other
agreement id | buyer: agr1 | seller: agr1 | other: agr2 | third: agr2
api_key id | buyer: key1 | other: key2
billing_window lease | buyer: lse1 | seller: lse1 | owner: lse1 | other: lse2 | third: lse2
block pool | seller: pool1 | third: pool2
cash_move id | buyer: apv1 | other: apv2
dispute id | buyer: dsp1 | seller: dsp1 | owner: dsp1 | judge: dsp1 dsp2 | other: dsp2 | third: dsp2
invoice organisation | buyer: buyer | other: other
journal id | buyer: jrn1 | seller: jrn1 | other: jrn2 | third: jrn2
lease id | buyer: lse1 | seller: lse1 | owner: lse1 | funder: lse1 | spons: lse1 | other: lse2 | third: lse2
ledger_entry index | buyer: 0 1 2 3 4 5 6 7 8 9 | seller: 2 3 4 5 6 7 8 9 | owner: 6 7 8 | judge: 8 | oper: 1 | other: 10
meter id | seller: mtr1 | third: mtr2 | oper: mtr3
meter_key meter | seller: mtr1 | third: mtr2
order_text order_id | buyer: ord1 | seller: ord2 | other: ord3
orders id | buyer: ord1 | seller: ord2 | other: ord3
organisation id | buyer: buyer oper | seller: oper seller | owner: oper owner | funder: funder oper | spons: oper spons | judge: judge oper | other: oper other | third: oper third | oper: oper
organisation_name organisation | buyer: buyer oper seller | seller: buyer oper seller | owner: buyer oper owner seller | funder: funder oper | spons: oper | judge: judge oper | other: oper other third | third: oper other third | oper: oper
payment_key id | buyer: pay1 | other: pay2
pending_release organisation | seller: seller | third: third
period_balance organisation | buyer: buyer | other: other
person id | buyer: prs1 | other: prs2
person_name person | buyer: prs1 | other: prs2
project id | buyer: prj1 | other: prj2
project_budget project | buyer: prj1 | other: prj2
reading log_index | buyer: 11 12 | seller: 11 12 | owner: 11 | judge: 11 | other: 21 22 | third: 21 22 | oper: 22
settlement_line log_index | buyer: 31 32 | seller: 31 32 | owner: 31 | funder: 31 | spons: 31 | other: 33 | third: 33
signed_write organisation | buyer: buyer | other: other
signing_key id | buyer: sgk1 | other: sgk2
title log_index | buyer: 41 43 | seller: 41 42 43 | owner: 41 43 | funder: 41 43 | spons: 41 43 | judge: 41 43 | other: 41 42 43 | third: 41 43 | oper: 41 43
trade id | buyer: trd1 | seller: trd1 | other: trd2 | third: trd2
voucher_grant id | buyer: grt1 | funder: grt1 | spons: grt1 | other: grt2 | third: grt2
voucher_programme id | buyer: vpr1 | funder: vpr1 | spons: vpr1 | other: vpr2 | third: vpr2
webhook_delivery id | buyer: wdl1 | other: wdl2
webhook_endpoint id | buyer: whk1 | other: whk2
webhook_event id | buyer: wev1 | other: wev2
)sights";

std::string with_uuids(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t at = std::min(text.find('#'), text.size());
        out += text.substr(0, at);
        text.remove_prefix(at);
        if (text.empty()) break;
        const std::size_t end = text.find('"');
        out += uuid_of(text.substr(1, end - 1));
        text.remove_prefix(end);
    }
    return out;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

// (kind, entry): whose they are is in what they say.
std::vector<std::pair<std::string, std::string>> entries() {
    const std::string buyer = '"' + text_of<OrganisationId>("buyer") + '"';
    const std::string seller = '"' + text_of<OrganisationId>("seller") + '"';
    const std::string judge = '"' + text_of<OrganisationId>("judge") + '"';
    const std::string lease = '"' + text_of<LeaseId>("lse1") + '"';
    const std::string dispute = '"' + text_of<DisputeId>("dsp1") + '"';
    const auto command = [](const std::string& actor, const std::string& body) {
        return R"({"actor":)" + actor + R"(,"body":)" + body + R"(,"command":"cmd_1"})";
    };
    const auto derived = [](const std::string& body) { return R"({"body":)" + body + "}"; };
    const std::string ruling = to_base64(R"({"dispute":)" + dispute + "}");
    return {
        {"order", command(buyer, "{}")},
        {"organisation",
         command('"' + text_of<OrganisationId>("oper") + '"', R"({"organisation":)" + buyer + "}")},
        {"trade", derived(R"({"buyer":)" + buyer + R"(,"provider":)" + seller + "}")},
        {"lease", derived(R"({"id":)" + lease + "}")},
        {"settlement", derived(R"({"lease":)" + lease + "}")},
        {"dispute", command(buyer, R"({"lease":)" + lease + "}")},
        {"dispute", command(seller, R"({"id":)" + dispute + "}")},
        {"dispute", derived(R"({"id":)" + dispute + "}")},
        {"ruling", command(judge, R"({"envelope":{"payload":")" + ruling + R"("}})")},
        {"correction", derived(R"({"lease":)" + lease + "}")},
        {"order",
         command('"' + text_of<OrganisationId>("other") + '"', R"({"lease":)" + lease + "}")},
        {"ruling", command("\"\"", R"({"envelope":{"payload":"***"}})")},
        {"tick", "no JSON"},
    };
}

void put_entries(const support::TestDatabase& database) {
    std::int64_t index = 0;
    for (const auto& [kind, entry] : entries()) {
        database.execute(
            fmt::format("INSERT INTO ledger_entry VALUES ({}, 0, '{}', gen_random_uuid(), "
                        "convert_to('{}', 'UTF8'))",
                        index++, kind, entry));
    }
}

// A programme names its funders as entries do.
void put_programmes(const support::TestDatabase& database) {
    const auto put = [&database](const std::string& id, const std::string& holder,
                                 const std::string& funders) {
        database.execute("SELECT put('voucher_programme', '{\"id\":\"" + uuid_of(id) +
                         "\",\"holder\":\"" + uuid_of(holder) + "\",\"programme\":{\"funders\":[" +
                         funders + "]}}')");
    };
    put("vpr1", "funder", R"({"funder":")" + text_of<OrganisationId>("spons") + "\"}");
    put("vpr2", "third", "");
}

Sight parse_sight(const std::string& line) {
    Sight sight;
    std::istringstream in(line);
    in >> sight.table >> sight.label;
    std::string viewer;
    for (std::string word; in >> word;) {
        if (word == "|") continue;
        if (word.ends_with(':')) {
            viewer = word.substr(0, word.size() - 1);
            continue;
        }
        std::string& rows = sight.seen[viewer];
        rows += (rows.empty() ? "" : " ") + word;
    }
    return sight;
}

}  // namespace

OrganisationId organisation_of(std::string_view name) {
    return OrganisationId{bytes_of(name)};
}

std::string uuid_of(std::string_view name) {
    return to_uuid(bytes_of(name));
}

std::string name_of(std::string_view uuid) {
    const auto bytes = from_uuid(uuid);
    if (!bytes) return std::string(uuid);
    std::string name;
    for (const std::uint8_t byte : *bytes) {
        if (byte != 0) name += static_cast<char>(byte);
    }
    return name;
}

void fill(const support::TestDatabase& database) {
    std::string sql(kPut);
    for (const std::string& line : lines_of(kRows)) {
        const std::size_t end = line.find(' ');
        sql += "SELECT put('" + line.substr(0, end) + "', '" + with_uuids(line.substr(end + 1)) +
               "');\n";
    }
    database.execute(sql);
    put_programmes(database);
    put_entries(database);
}

const std::vector<Sight>& sights() {
    static const std::vector<Sight> kAll = [] {
        std::vector<Sight> all;
        for (const std::string& line : lines_of(kSights))
            all.push_back(parse_sight(line));
        return all;
    }();
    return kAll;
}

const std::vector<std::string>& viewers() {
    static const std::vector<std::string> kAll{"oper",  "buyer", "seller", "owner", "funder",
                                               "spons", "judge", "other",  "third", "nobody"};
    return kAll;
}

Reader reader_of(Pool& pool, const std::string& viewer) {
    if (viewer == "nobody") return Reader::of_tenant(pool, {});
    if (viewer == "judge") return Reader::of_arbiter(pool, organisation_of(viewer));
    return Reader::of_tenant(pool, organisation_of(viewer));
}

}  // namespace suanpan::db
