#include "api/indicative_calls.hpp"

#include <gtest/gtest.h>

namespace suanpan::api {
namespace {

using namespace std::chrono_literals;

matching::CallTerms call_at(std::int64_t start) {
    matching::CallTerms call;
    call.market = {"AI-FP16", "CNY"};
    call.window = Window{Time(start), Time(start + 3'600)};
    call.reference = Price(1);
    return call;
}

TEST(IndicativeCalls, AsksOnceASecondForEachCall) {
    IndicativeCalls calls;
    int asked = 0;
    const auto find = [&](const matching::CallTerms& call) {
        matching::CallView view;
        view.terms = call;
        view.result.volume = Lots(++asked);
        return view;
    };
    const IndicativeCalls::Instant start{};
    EXPECT_EQ(calls.get(call_at(0), find, start).result.volume, Lots(1));
    EXPECT_EQ(calls.get(call_at(0), find, start + 999ms).result.volume, Lots(1));
    EXPECT_EQ(calls.get(call_at(3'600), find, start + 999ms).result.volume, Lots(2));
    EXPECT_EQ(calls.get(call_at(0), find, start + 1s).result.volume, Lots(3));
    EXPECT_EQ(calls.get(call_at(3'600), find, start + 1s).result.volume, Lots(2));
}

TEST(IndicativeCalls, ACallWithOtherTermsIsAnotherCall) {
    IndicativeCalls calls;
    const auto find = [](const matching::CallTerms& call) {
        matching::CallView view;
        view.terms = call;
        return view;
    };
    const IndicativeCalls::Instant start{};
    matching::CallTerms call = call_at(0);
    calls.get(call, find, start);
    call.reference = Price(2);
    EXPECT_EQ(calls.get(call, find, start).terms.reference, Price(2));
}

}  // namespace
}  // namespace suanpan::api
