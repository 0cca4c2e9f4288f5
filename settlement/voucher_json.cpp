// The text form of a voucher programme.

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "settlement/json_fields.hpp"
#include "settlement/voucher.hpp"

namespace suanpan::settlement {
namespace {

constexpr JsonLimits kLimits{262'144, 5};

std::vector<std::string> texts_of(const std::vector<OrganisationId>& ids) {
    std::vector<std::string> out;
    out.reserve(ids.size());
    for (const OrganisationId& id : ids)
        out.push_back(suanpan::to_string(id));
    return out;
}

std::vector<std::string> texts_of(const std::vector<BuyerKind>& kinds) {
    std::vector<std::string> out;
    out.reserve(kinds.size());
    for (const BuyerKind kind : kinds)
        out.emplace_back(to_string(kind));
    return out;
}

void write_caps(CanonicalWriter& out, const VoucherCaps& caps) {
    const auto put = [&](std::string_view name, const std::optional<Money>& cap) {
        if (cap) out.field(name, suanpan::to_string(*cap));
    };
    out.key("caps");
    out.begin_object();
    put("grant", caps.grant);
    put("month", caps.month);
    put("organisation", caps.organisation);
    out.end_object();
}

void write_scope(CanonicalWriter& out, const VoucherScope& scope) {
    out.key("scope");
    out.begin_object();
    write_texts(out, "classes", scope.classes);
    write_texts(out, "hubs", scope.hubs);
    write_texts(out, "kinds", texts_of(scope.kinds));
    write_texts(out, "providers", texts_of(scope.providers));
    write_texts(out, "purposes", scope.purposes);
    out.end_object();
}

class ProgrammeReader {
 public:
    Programme read(const Json& root) {
        Fields fields(root, "", faults,
                      {"budget", "caps", "currency", "from", "funders", "id", "index_margin_ppm",
                       "scope", "share_ppm", "until"});
        Programme out;
        out.id = fields.id<ProgrammeId>("id");
        out.currency = fields.text("currency");
        out.budget = fields.money("budget");
        out.from = fields.time("from");
        out.until = fields.time("until");
        out.share_paid = Ppm(fields.integer("share_ppm"));
        if (const auto margin = fields.optional_integer("index_margin_ppm"))
            out.index_margin = Ppm(*margin);
        if (const Json* caps = fields.get("caps")) out.caps = read_caps(*caps);
        if (const Json* scope = fields.get("scope")) out.scope = read_scope(*scope);
        if (const Json* funders = fields.array("funders")) {
            for (std::size_t i = 0; i < funders->size(); ++i) {
                Fields item((*funders)[i], "/funders/" + std::to_string(i), faults,
                            {"funder", "share_ppm"});
                out.funders.push_back(
                    {item.id<OrganisationId>("funder"), Ppm(item.integer("share_ppm"))});
            }
        }
        return out;
    }

    Faults faults;

 private:
    VoucherCaps read_caps(const Json& value) {
        Fields fields(value, "/caps", faults, {"grant", "month", "organisation"});
        const auto cap = [&](const char* name) -> std::optional<Money> {
            if (fields.find(name) == nullptr) return std::nullopt;
            return fields.money(name);
        };
        return VoucherCaps{cap("grant"), cap("organisation"), cap("month")};
    }

    VoucherScope read_scope(const Json& value) {
        Fields fields(value, "/scope", faults,
                      {"classes", "hubs", "kinds", "providers", "purposes"});
        VoucherScope out;
        out.classes = fields.texts("classes");
        out.hubs = fields.texts("hubs");
        out.purposes = fields.texts("purposes");
        for (const std::string& text : fields.texts("providers"))
            add(out.providers, parse_id<OrganisationId>(text), fields.at("providers"));
        for (const std::string& text : fields.texts("kinds"))
            add(out.kinds, parse_buyer_kind(text), fields.at("kinds"));
        return out;
    }

    template <typename T>
    void add(std::vector<T>& items, const Result<T>& item, const std::string& at) {
        if (item) {
            items.push_back(*item);
        } else {
            faults.add(at, item.error());
        }
    }
};

}  // namespace

std::string to_json(const Programme& programme) {
    CanonicalWriter out;
    out.begin_object();
    out.field("budget", suanpan::to_string(programme.budget));
    write_caps(out, programme.caps);
    out.field("currency", programme.currency);
    out.field("from", suanpan::to_string(programme.from));
    out.key("funders");
    out.begin_array();
    for (const FunderShare& funder : programme.funders) {
        out.begin_object();
        out.field("funder", suanpan::to_string(funder.funder));
        out.field("share_ppm", std::to_string(funder.share.value));
        out.end_object();
    }
    out.end_array();
    out.field("id", suanpan::to_string(programme.id));
    if (programme.index_margin)
        out.field("index_margin_ppm", std::to_string(programme.index_margin->value));
    write_scope(out, programme.scope);
    out.field("share_ppm", std::to_string(programme.share_paid.value));
    out.field("until", suanpan::to_string(programme.until));
    out.end_object();
    return out.take();
}

Result<Programme> parse_programme(std::string_view json) {
    const auto root = parse_json(json, kLimits);
    if (!root) return fail(root.error());
    ProgrammeReader reader;
    Programme out = reader.read(*root);
    if (!reader.faults.empty()) {
        return fail(Error("bad_programme", "the programme has faults", reader.faults.list()));
    }
    if (const auto checked = check_programme(out); !checked) return fail(checked.error());
    return out;
}

}  // namespace suanpan::settlement
