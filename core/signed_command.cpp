#include "core/signed_command.hpp"

#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/fields.hpp"
#include "core/bodies.hpp"
#include "core/entries.hpp"
#include "core/order_request.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace suanpan::core {
namespace {

// What was signed, and the command that is to have followed from it, which gives what the author
// leaves to the server: the key that placed it, a new id.
struct Said {
    const OrganisationId& actor;
    std::string_view id;  // of the path's {id}
    const Json& body;
    const CommandBody& done;
    Faults faults{};

    template <typename IdType>
    [[nodiscard]] IdType path_id() {
        const auto parsed = parse_id<IdType>(id);
        if (!parsed) faults.push_back({"", "bad_id", ""});
        return parsed.value_or(IdType{});
    }
    // Of an action that takes no body.
    void expect_empty() { suanpan::Fields(body, faults).finish(); }
};

// The kinds' readers give the command of path and body. REQUIRE `done` of their kind.
CommandBody order_said(Said& said) {
    const auto& done = std::get<PlaceOrder>(said.done);
    PlaceOrder out;
    const OrderRequest request =
        read_order({said.actor, done.terms.key}, said.body, said.faults, "");
    // Free text is not signed: its hash in the entry would be of something else.
    if (!request.client_order_id.empty() || !request.metadata.empty())
        said.faults.push_back({"", "signed_free_text", ""});
    out.terms = request.terms;
    out.voucher = request.voucher;
    return out;
}

CommandBody replace_said(Said& said) {
    suanpan::Fields fields(said.body, said.faults);
    ReplaceOrder out;
    out.id = said.path_id<OrderId>();
    // In lots or, as text, in CU: which of them, the order says.
    const Json* const quantity = fields.find_any("quantity");
    if (quantity != nullptr && quantity->is_string()) {
        out.quantity = fields.need("quantity", parse_cu).value_or(Cu(0)).value;
    } else {
        out.quantity = fields.need_integer("quantity", 1, kMaxInteger).value_or(0);
    }
    out.limit_price = fields.need("limit_price", parse_price).value_or(Price(0));
    fields.finish();
    return out;
}

CommandBody cancel_said(Said& said) {
    said.expect_empty();
    return CancelOrder{said.path_id<OrderId>()};
}

CommandBody cancel_all_said(Said& said) {
    matching::OrderFilter filter = read_order_filter(said.body, said.faults);
    // Unsaid it is the author's own; or everybody's, which the market lets the operator alone do.
    const auto& done = std::get<CancelAll>(said.done).filter.organisation;
    if (!filter.organisation && done) filter.organisation = said.actor;
    return CancelAll{filter};
}

template <LeaseAction Action>
CommandBody advance_said(Said& said) {
    said.expect_empty();
    return AdvanceLease{said.path_id<LeaseId>(), Action};
}

CommandBody release_said(Said& said) {
    said.expect_empty();
    return ReleaseLease{said.path_id<LeaseId>()};
}

CommandBody key_said(Said& said) {
    suanpan::Fields fields(said.body, said.faults);
    RegisterSigningKey out;
    out.id = std::get<RegisterSigningKey>(said.done).id;
    out.organisation = said.actor;
    out.key = fields.need("public_key", parse_public_key).value_or(PublicKey{});
    fields.finish();
    return out;
}

CommandBody revocation_said(Said& said) {
    said.expect_empty();
    return RevokeSigningKey{said.path_id<SigningKeyId>()};
}

template <typename Body>
bool is(const CommandBody& body) {
    return std::holds_alternative<Body>(body);
}

template <LeaseAction Action>
bool is_advance(const CommandBody& body) {
    const auto* advance = std::get_if<AdvanceLease>(&body);
    return advance != nullptr && advance->action == Action;
}

struct Kind {
    std::string_view before;  // of the path, around its {id}
    std::string_view after;
    bool (*is)(const CommandBody&);
    CommandBody (*said)(Said&);
};

constexpr std::array kKinds = std::to_array<Kind>({
    {"/v1/orders", "", is<PlaceOrder>, order_said},
    {"/v1/orders/", ":replace", is<ReplaceOrder>, replace_said},
    {"/v1/orders/", ":cancel", is<CancelOrder>, cancel_said},
    {"/v1/orders:cancel-all", "", is<CancelAll>, cancel_all_said},
    {"/v1/leases/", ":accept", is_advance<LeaseAction::kAccept>,
     advance_said<LeaseAction::kAccept>},
    {"/v1/leases/", ":activate", is_advance<LeaseAction::kActivate>,
     advance_said<LeaseAction::kActivate>},
    {"/v1/leases/", ":release", is<ReleaseLease>, release_said},
    {"/v1/signing-keys", "", is<RegisterSigningKey>, key_said},
    {"/v1/signing-keys/", ":revoke", is<RevokeSigningKey>, revocation_said},
});

// The part of the path in between; nothing for a path of another form.
std::optional<std::string_view> id_in(std::string_view path, const Kind& kind) {
    if (kind.after.empty())
        return path == kind.before ? std::optional(std::string_view()) : std::nullopt;
    if (path.size() <= kind.before.size() + kind.after.size() || !path.starts_with(kind.before) ||
        !path.ends_with(kind.after))
        return std::nullopt;
    path.remove_prefix(kind.before.size());
    path.remove_suffix(kind.after.size());
    return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

bool follows(const Command& command, const SignedWrite& write, const Kind& kind,
             std::string_view id) {
    if (!kind.is(command.body)) return false;
    const auto body = write.body().empty() ? Result<Json>(Json::object())
                                           : parse_json(write.body(), {kMaxSignedBody});
    if (!body) return false;
    Said said{command.actor, id, *body, command.body};
    const CommandBody expected = kind.said(said);
    return said.faults.empty() && body_to_json(expected) == body_to_json(command.body);
}

}  // namespace

bool is_signable_path(std::string_view path) {
    return std::ranges::any_of(kKinds,
                               [path](const Kind& kind) { return id_in(path, kind).has_value(); });
}

Result<void> check_signed_command(const Command& command, const SignedWrite& write) {
    for (const Kind& kind : kKinds) {
        const auto id = id_in(write.path, kind);
        if (id && follows(command, write, kind, *id)) return {};
    }
    return fail("signed_otherwise",
                "what was signed for " + write.path + " is not what the entry does");
}

Result<void> verify_author(const Command& command, const SignedWrite& write, const PublicKey& key) {
    if (write.by != command.actor)
        return fail("bad_signature", "the write is signed in the name of " + to_string(write.by));
    if (!verify(write.envelope, key)) {
        return fail("bad_signature",
                    "the write is not signed with the key " + to_string(write.key));
    }
    return check_signed_command(command, write);
}

}  // namespace suanpan::core
