// The text form of a discount agreement.

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "settlement/discount.hpp"
#include "settlement/json_fields.hpp"

namespace suanpan::settlement {
namespace {

constexpr JsonLimits kLimits{16'384, 4};

class AgreementReader {
 public:
    DiscountAgreement read(const Json& root) {
        Fields fields(root, "", faults,
                      {"billing", "buyer", "classes", "currency", "firmness", "from", "id", "index",
                       "provider", "tiers", "until"});
        DiscountAgreement out;
        out.id = fields.id<AgreementId>("id");
        out.index = LogIndex(fields.integer("index"));
        out.provider = fields.id<OrganisationId>("provider");
        out.buyer = fields.id<OrganisationId>("buyer");
        out.currency = fields.text("currency");
        if (fields.find("firmness") != nullptr)
            out.firmness = fields.parsed<Firmness>("firmness", parse_firmness);
        if (fields.find("billing") != nullptr)
            out.billing = fields.parsed<BillingMode>("billing", parse_billing_mode);
        out.from = fields.time("from");
        if (fields.find("until") != nullptr) out.until = fields.time("until");
        out.classes = fields.texts("classes");
        if (const Json* tiers = fields.array("tiers")) {
            for (std::size_t i = 0; i < tiers->size(); ++i)
                out.tiers.push_back(tier((*tiers)[i], "/tiers/" + std::to_string(i)));
        }
        return out;
    }

    Faults faults;

 private:
    VolumeTier tier(const Json& value, const std::string& at) {
        Fields fields(value, at, faults, {"discount_ppm", "from"});
        return VolumeTier{fields.money("from"), Ppm(fields.integer("discount_ppm"))};
    }
};

}  // namespace

std::string to_json(const DiscountAgreement& agreement) {
    CanonicalWriter out;
    out.begin_object();
    if (agreement.billing) out.field("billing", to_string(*agreement.billing));
    out.field("buyer", suanpan::to_string(agreement.buyer));
    write_texts(out, "classes", agreement.classes);
    out.field("currency", agreement.currency);
    if (agreement.firmness) out.field("firmness", to_string(*agreement.firmness));
    out.field("from", suanpan::to_string(agreement.from));
    out.field("id", suanpan::to_string(agreement.id));
    out.field("index", std::to_string(agreement.index.value));
    out.field("provider", suanpan::to_string(agreement.provider));
    out.key("tiers");
    out.begin_array();
    for (const VolumeTier& tier : agreement.tiers) {
        out.begin_object();
        out.field("discount_ppm", std::to_string(tier.discount.value));
        out.field("from", suanpan::to_string(tier.from));
        out.end_object();
    }
    out.end_array();
    if (agreement.until) out.field("until", suanpan::to_string(*agreement.until));
    out.end_object();
    return out.take();
}

Result<DiscountAgreement> parse_agreement(std::string_view json) {
    const auto root = parse_json(json, kLimits);
    if (!root) return fail(root.error());
    AgreementReader reader;
    DiscountAgreement out = reader.read(*root);
    if (!reader.faults.empty()) {
        return fail(Error("bad_agreement", "the agreement has faults", reader.faults.list()));
    }
    if (const auto checked = check_agreement(out); !checked) return fail(checked.error());
    return out;
}

}  // namespace suanpan::settlement
