#include "settlement/ruling.hpp"

#include "settlement/json_fields.hpp"

namespace suanpan::settlement {
namespace {

constexpr JsonLimits kLimits{1'024, 2};

}  // namespace

std::string make_ruling(const Ruling& ruling) {
    CanonicalWriter out;
    out.begin_object();
    out.field("credit_ppm", std::to_string(ruling.delivered.credit.value));
    out.field("dispute", suanpan::to_string(ruling.dispute));
    out.field("key", suanpan::to_string(ruling.key));
    out.field("lot_us", std::to_string(ruling.delivered.lot_us));
    out.end_object();
    return out.take();
}

Result<Ruling> parse_ruling(std::string_view payload) {
    const auto root = parse_json(payload, kLimits);
    if (!root) return fail("bad_ruling", root.error().detail());
    Faults faults;
    Fields fields(*root, "", faults, {"credit_ppm", "dispute", "key", "lot_us"});
    Ruling out;
    out.dispute = fields.id<DisputeId>("dispute");
    out.key = fields.id<SigningKeyId>("key");
    out.delivered = {fields.integer("lot_us"), Ppm(fields.integer("credit_ppm"))};
    if (!faults.empty()) return fail(Error("bad_ruling", "the ruling has faults", faults.list()));
    return out;
}

}  // namespace suanpan::settlement
