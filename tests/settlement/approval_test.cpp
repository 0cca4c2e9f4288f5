#include "settlement/approval.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanpan::settlement {
namespace {

const Hash kContent{1, 2, 3};

Approval requested() {
    return *request_approval(ApprovalId{}, "withdrawal", kContent, "usr_a", Time(100),
                             Duration(50));
}

std::string code(const Result<void>& result) {
    return result ? "ok" : result.error().code();
}

TEST(Approval, NeedsAnotherPersonForTheSameThing) {
    Approval approval = requested();
    EXPECT_EQ(code(approve(approval, kContent, "usr_a", Time(110))), "same_person");
    EXPECT_EQ(code(approve(approval, kContent, "", Time(110))), "same_person");
    EXPECT_EQ(code(approve(approval, Hash{9}, "usr_b", Time(110))), "approval_differs");
    EXPECT_EQ(code(approve(approval, kContent, "usr_b", Time(110))), "ok");
    EXPECT_EQ(approval.state, ApprovalState::kApproved);
    EXPECT_EQ(approval.decided_by, "usr_b");
    EXPECT_EQ(code(approve(approval, kContent, "usr_c", Time(111))), "approval_closed");
    EXPECT_EQ(code(reject(approval, "usr_c", Time(111))), "approval_closed");
    EXPECT_FALSE(expire_approval(approval, Time(1'000)));
}

TEST(Approval, ExpiresAtItsTime) {
    Approval approval = requested();
    EXPECT_FALSE(expire_approval(approval, Time(149)));
    EXPECT_EQ(code(approve(approval, kContent, "usr_b", Time(150))), "approval_expired");
    EXPECT_EQ(code(reject(approval, "usr_b", Time(150))), "approval_expired");
    EXPECT_TRUE(expire_approval(approval, Time(170)));
    EXPECT_EQ(approval.state, ApprovalState::kExpired);
    EXPECT_EQ(approval.decided_at, Time(150));
    EXPECT_EQ(code(approve(approval, kContent, "usr_b", Time(120))), "approval_closed");
}

TEST(Approval, AnybodyMayReject) {
    Approval approval = requested();
    EXPECT_EQ(code(reject(approval, "usr_a", Time(120))), "ok");
    EXPECT_EQ(approval.state, ApprovalState::kRejected);
    EXPECT_EQ(code(approve(approval, kContent, "usr_b", Time(121))), "approval_closed");
}

TEST(Approval, RefusesRequestsThatSayTooLittle) {
    const auto code_of = [](const char* action, const char* person, std::int64_t validity) {
        const auto made =
            request_approval(ApprovalId{}, action, kContent, person, Time(100), Duration(validity));
        return made ? "ok" : made.error().code();
    };
    EXPECT_EQ(code_of("deposit", "usr_a", 1), "ok");
    EXPECT_EQ(code_of("", "usr_a", 1), "bad_approval");
    EXPECT_EQ(code_of("deposit", "", 1), "bad_approval");
    EXPECT_EQ(code_of("deposit", "usr_a", 0), "bad_approval");
    EXPECT_EQ(code_of("deposit", "usr_a", std::numeric_limits<std::int64_t>::max()),
              "bad_approval");
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(*parse_approval_state(to_string(ApprovalState(i))), ApprovalState(i));
}

}  // namespace
}  // namespace suanpan::settlement
