#include "tests/suanpan-audit/market_day.hpp"

#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "core/commands.hpp"
#include "core/entries.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <utility>

namespace suanpan::audit {
namespace {

using namespace core;  // NOLINT(google-build-using-namespace): the day is told in its words

constexpr Time kMorning(1'800'000'000);  // 2027-01-15T08:00:00Z, a whole hour
constexpr std::int64_t kHour = 3'600;
const matching::MarketKey kMarket{"AI-FP16", "CNY"};

template <typename IdType>
IdType numbered(std::uint8_t number) {
    IdType id;
    id.bytes = make_id_bytes(kMorning, {number, 1, 2, 3, 4, 5, 6, 7, 8, number});
    return id;
}

const OrganisationId kOperator = numbered<OrganisationId>(1);
const OrganisationId kProvider = numbered<OrganisationId>(2);
const OrganisationId kBuyer = numbered<OrganisationId>(3);
const SigningKeyId kPaymentKey = numbered<SigningKeyId>(1);

SigningKey meter_key() {
    Seed seed{};
    seed.fill(2);
    return SigningKey(seed);
}

class Day {
 public:
    CommandOutcome run(const OrganisationId& actor, CommandBody body) {
        CommandId id;
        ++commands_;
        id.bytes = make_id_bytes(
            kMorning,
            {0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(commands_ >> 16),
             static_cast<std::uint8_t>(commands_ >> 8), static_cast<std::uint8_t>(commands_)});
        CommandOutcome outcome =
            market_.apply(Command(id, actor, Auth::kApiKey, std::move(body)), now);
        market_.take_changes();
        for (const EntryDraft& draft : outcome.entries) {
            std::string entry = draft.bytes;
            std::string salt = std::to_string(out_.entries.size());
            salt.insert(0, 32 - salt.size(), '0');
            put_salt(entry, salt);
            out_.entries.push_back(std::move(entry));
        }
        return outcome;
    }

    void found_market() {
        run(kOperator, RegisterOrganisation{kOperator, {Role::kOperator}});
        for (const auto person : {std::uint8_t{1}, std::uint8_t{2}})
            run(kOperator, RegisterUser{numbered<UserId>(person), kOperator});
        trust_payer();
        run(kOperator, RegisterOrganisation{kProvider, {Role::kProvider}});
        run(kOperator, RegisterOrganisation{kBuyer, {Role::kBuyer}});
        SetSchedule schedule;
        schedule.fees.buyer_taker = Ppm(10'000);
        schedule.fees.provider_maker = Ppm(20'000);
        schedule.fees.buyer_tax = Ppm(60'000);
        schedule.efficiency["AI-FP16"] = Ppm(500'000);
        run(kOperator, schedule);
        RegisterModel model;
        model.model.id = "test-npu";
        model.model.device = "Test NPU";
        model.model.vendor = "Test";
        model.model.kind = "npu";
        model.model.peak["AI-FP16"] = Rate(200'000);
        model.model.source = "made for tests";
        run(kOperator, model);
        DefineMarket market;
        market.rules.key = kMarket;
        run(kOperator, market);
        run(kProvider, RegisterSite{numbered<SiteId>(2), kProvider, "guizhou"});
        RegisterPool pool;
        pool.id = numbered<PoolId>(2);
        pool.organisation = kProvider;
        pool.site = numbered<SiteId>(2);
        pool.model = "test-npu";
        pool.lots = Lots(10);
        run(kProvider, pool);
        run(kProvider, RegisterMeter{numbered<MeterId>(2),
                                     kProvider,
                                     settlement::MeterRole::kProvider,
                                     meter_key().public_key(),
                                     {}});
        deposit();
    }

    void trust_payer() {
        const CommandOutcome asked =
            run(kOperator, RegisterPaymentKey{kPaymentKey, kOperator, meter_key().public_key(),
                                              numbered<UserId>(1)});
        const settlement::Approval& approval = asked.request.value().approval;
        run(kOperator, ApproveRequest{approval.id, approval.content, numbered<UserId>(2)});
    }

    void deposit() {
        const settlement::PaymentNotice notice{kPaymentKey,
                                               "payment-" + std::to_string(++payments_), kBuyer,
                                               "CNY", Money(1'000'000'000)};
        run(kOperator, TakePayment{settlement::sign_payment(notice, meter_key()), notice});
    }

    // Asked for by one person of the operator, approved by another.
    void withdraw(std::int64_t micro) {
        const CommandOutcome asked = run(
            kOperator, RequestCash{{kBuyer, "CNY", Money(-micro), "01", {}}, numbered<UserId>(1)});
        if (asked.refusal) return;
        const settlement::Approval& approval = asked.cash->approval;
        run(kOperator, ApproveCash{approval.id, approval.content, numbered<UserId>(2)});
    }

    // An hour is sold, delivered and metered; by the operator's own meter too where it is probed.
    void lease(int number, const ProjectId& project = {}, bool probed = false) {
        const Window window{Time(kMorning.value + (number + 1) * kHour),
                            Time(kMorning.value + (number + 2) * kHour)};
        PlaceOrder sell;
        sell.terms.organisation = kProvider;
        sell.terms.market = kMarket;
        sell.terms.side = Side::kSell;
        sell.terms.quantity = 10;
        sell.terms.limit_price = *parse_price("5.000001");
        sell.terms.window = window;
        sell.terms.pool = numbered<PoolId>(2);
        run(kProvider, sell);
        PlaceOrder buy;
        buy.terms.organisation = kBuyer;
        buy.terms.market = kMarket;
        buy.terms.quantity = 3;
        buy.terms.limit_price = *parse_price("6.000000");
        buy.terms.window = window;
        buy.terms.project = project;
        const LeaseId id = run(kBuyer, buy).leases.at(0).id;
        run(kProvider, AdvanceLease{id, LeaseAction::kAccept});
        now = window.start;
        run(kProvider, AdvanceLease{id, LeaseAction::kActivate});
        now = window.end;
        if (probed) probe(id, window);  // before the provider's word makes the hour final
        run(kProvider, reading(id, window));
    }

    void open_project(const ProjectId& project) {
        run(kBuyer, OpenProject{project, kBuyer, "training"});
        run(kBuyer, SetProjectBudget{project, "CNY", Money(20'000'000)});
    }

    void probe(const LeaseId& lease, const Window& window) {
        const auto meter = numbered<MeterId>(1);
        run(kOperator,
            RegisterMeter{
                meter, kOperator, settlement::MeterRole::kOperator, meter_key().public_key(), {}});
        run(kOperator, reading(lease, window, meter, settlement::MeterRole::kOperator));
    }

    void settle() {
        const auto size = static_cast<std::int64_t>(out_.entries.size());
        run(kOperator, Settle{LogIndex(0), LogIndex(size)});
        withdraw(250'000'001);
        withdraw(999'000'000'000);  // refused
    }

    MarketDay take() {
        out_.digest = core::digest(market_.state());
        return std::move(out_);
    }

    Time now = kMorning;

 private:
    static SubmitReadings reading(const LeaseId& lease, const Window& window,
                                  const MeterId& meter = numbered<MeterId>(2),
                                  settlement::MeterRole role = settlement::MeterRole::kProvider) {
        settlement::Reading reading;
        reading.seq = 0;
        reading.window = window;
        reading.counters.lot_us = 3 * kHour * 1'000'000;
        reading.counters.busy_us = reading.counters.lot_us / 2;
        const settlement::ReadingBatch batch{lease, meter, role, {reading}};
        const std::string payload = settlement::make_batch(batch);
        SubmitReadings out;
        out.envelope = envelope_json(
            make_envelope(settlement::kReadingsPayloadType, payload, "meter", meter_key()));
        out.batch = *settlement::parse_batch(payload);
        return out;
    }

    Market market_;
    std::uint32_t commands_ = 0;
    int payments_ = 0;
    MarketDay out_;
};

}  // namespace

std::size_t MarketDay::find(const std::string& kind, const std::string& member) const {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Json json = Json::parse(entries[i]);
        if (json.at("kind") == kind && json.at("body").contains(member)) return i;
    }
    throw std::logic_error("the day has no " + kind + " with " + member);
}

std::vector<std::string> MarketDay::altered(std::size_t index, const std::string& from,
                                            const std::string& to) const {
    auto out = entries;
    const std::size_t at = out.at(index).find(from);
    if (at == std::string::npos) throw std::logic_error(out[index] + " has no " + from);
    out[index].replace(at, from.size(), to);
    return out;
}

MarketDay market_day(int leases) {
    Day day;
    day.found_market();
    for (int i = 0; i < leases; ++i) {
        if (i % 50 == 49) day.deposit();
        day.lease(i);
    }
    day.settle();
    return day.take();
}

MarketDay project_day() {
    Day day;
    day.found_market();
    const auto project = numbered<ProjectId>(1);
    day.open_project(project);
    day.lease(0, project, true);
    day.settle();
    return day.take();
}

}  // namespace suanpan::audit
