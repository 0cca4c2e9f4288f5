#include "core/entries.hpp"
#include "services/metering/intake.hpp"

#include <gtest/gtest.h>

#include <string>

namespace suanpan::services {
namespace {

TEST(ReadingIntake, TheLongestEnvelopeFitsItsEntry) {
    core::SubmitReadings body;
    body.signer = PublicKey{};
    body.envelope = "\"" + std::string(kMaxReadingsEnvelopeBytes - 2, 'A') + "\"";
    const core::Command command({}, {}, core::Auth::kApiKey, std::move(body));
    const std::string bytes = core::command_entry(command, Time(1'800'000'400)).bytes;
    // Its ids are left out here: of the command and of the organisation.
    EXPECT_LE(bytes.size() + 60 + core::kRefusalBytes, core::kMaxEntryBytes);
}

}  // namespace
}  // namespace suanpan::services
